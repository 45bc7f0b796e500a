import { buildFlags } from "./build-flags.ts";
import { defineCommand } from "./command.ts";
import { runSession } from "./run-session.ts";
import { templateArgument } from "./template-flags.ts";

export const command = defineCommand({
  name: "build",
  summary: "Build images from a template",
  examples: [
    { command: "imgbuild build template.pkr.hcl", explains: "run all builds of a template" },
    { command: "imgbuild build -only='qemu.*' -var version=12 .", explains: "some builds of the templates in this directory" },
    { command: "imgbuild build -on-error=ask template.pkr.hcl", explains: "stop at a failure and ask what to do" },
  ],
  arguments: [templateArgument],
  flags: buildFlags,
  run: (context, { positional, flags }) =>
    runSession(context, flags, { path: positional[0]!, undeclaredVariables: flags["warn-on-undeclared-var"] ? "warn" : "ignore" }),
});
