import { booleanFlag, defineCommand, EXIT, type CommandContext, type FlagValues } from "../../command.ts";
import { inspectHcl2, inspectJson } from "./text.ts";
import { inspectData } from "./data.ts";
import { inspectMachineLines } from "./machine-lines.ts";
import { interruptible } from "../../interruptible.ts";
import { loadChecked } from "../../load-checked.ts";
import { lookAtTemplate } from "../../read-only-session.ts";
import { templateArgument, templateFlags } from "../../template-flags.ts";

const flags = {
  ...templateFlags,
  json: booleanFlag("The same as one JSON document."),
  "machine-readable": booleanFlag("Packer's machine-readable lines (legacy JSON templates)."),
  "evaluate-datasources": booleanFlag("Read the data sources, so that values that depend on them are shown."),
  "use-sequential-evaluation": booleanFlag("", {
    hidden: true,
    withoutEffect: "locals and data sources are always read in the order they need each other.",
  }),
};

export const command = defineCommand({
  name: "inspect",
  summary: "Show what a template declares",
  examples: [
    {
      command: "imgbuild inspect template.pkr.hcl",
      explains: "variables and their values, locals, builds and their steps",
    },
    { command: "imgbuild inspect -json . | jq '.builds[].name'", explains: "for programs" },
  ],
  arguments: [templateArgument],
  flags,
  notes: ["Sensitive values are never shown. With -json each variable says where its value came from."],
  run: (context, { positional: [path = ""], flags: given }) =>
    interruptible(context.process, (signal) => inspect(context, path, given, signal)),
});

function inspect(
  { host }: CommandContext,
  path: string,
  given: FlagValues<typeof flags>,
  signal: AbortSignal,
): Promise<number> {
  return lookAtTemplate(host, { path, signal }, async ({ session, output }) => {
    const { template } = await loadChecked(session, output, {
      path,
      flags: given,
      isForLooking: true,
      undeclaredVariables: "ignore",
      readsDataSources: given["evaluate-datasources"],
    });
    if (!template) return EXIT.failed;
    const text = given.json
      ? `${JSON.stringify(inspectData(template), undefined, 2)}\n`
      : given["machine-readable"]
        ? inspectMachineLines(template, host.clock.now())
        : template.syntax === "hcl2"
          ? inspectHcl2(template)
          : inspectJson(template);
    host.stdout.write(output.redactor.text(text));
    return EXIT.ok;
  });
}
