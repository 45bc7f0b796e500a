import { buildFlags } from "../build-flags.ts";
import { booleanFlag, defineCommand } from "../command.ts";
import { runSession } from "../run-session.ts";
import { templateArgument } from "../template-flags.ts";

export const command = defineCommand({
  name: "build",
  summary: "Build images from a template",
  examples: [
    { command: "imgbuild build template.pkr.hcl", explains: "run all builds of a template" },
    {
      command: "imgbuild build -only='qemu.*' -var version=12 .",
      explains: "some builds of the templates in this directory",
    },
    { command: "imgbuild build -on-error=ask template.pkr.hcl", explains: "stop at a failure and ask what to do" },
  ],
  arguments: [templateArgument],
  flags: {
    ...buildFlags,
    checkpoints: booleanFlag(
      "Save the machine after each provisioner, and go on at the last checkpoint whose inputs are unchanged.",
    ),
    rehash: booleanFlag(
      "Verify images by reading them again, even those that were verified before and look unchanged.",
    ),
  },
  notes: [
    "IMGBUILD_CHECKPOINTS=1, or checkpoints = true in ~/.config/imgbuild/settings.hcl, is -checkpoints for every build. imgbuild checkpoints lists what is saved, and removes it.",
    "Ctrl-C cancels all builds and removes what they made; a second one stops waiting for that. An artifact that is finished is never removed because something after it failed.",
    "Exit codes: 0 all builds succeeded, 1 a build failed or the template is invalid, 4 something had to be left behind, 130/143/129 interrupted.",
  ],
  run: (context, { positional: [path = ""], flags }) =>
    runSession(context, { command: "build", path, flags, rehash: flags.rehash, checkpoints: flags.checkpoints }),
});
