import { booleanFlag, defineCommand, EXIT, type CommandContext, type FlagValues } from "../../command.ts";
import { interruptible } from "../../interruptible.ts";
import { loadChecked } from "../../load-checked.ts";
import { withReadOnlySession } from "../../read-only-session.ts";
import { templateArgument, templateFlags } from "../../template-flags.ts";
import type { Template } from "../../../template/model.ts";
import { inspectData } from "./data.ts";
import { inspectMachineLines } from "./machine-lines.ts";
import { inspectHcl2, inspectJson } from "./text.ts";

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

type InspectFlags = FlagValues<typeof flags>;

function inspect(context: CommandContext, path: string, given: InspectFlags, signal: AbortSignal): Promise<number> {
  const { host } = context;
  return withReadOnlySession(context, { path, signal }, async ({ session, output }) => {
    const { template, isMalformed } = await loadChecked(session, output, {
      path,
      flags: given,
      readOnly: true,
      undeclaredVariables: "ignore",
      readsDataSources: given["evaluate-datasources"],
    });
    if (!template || isMalformed) return EXIT.failed;
    const text = describeTemplate(template, given, host.clock.now());
    host.stdout.write(output.redactor.text(text));
    return EXIT.ok;
  });
}

/** `now` in milliseconds since the epoch. */
function describeTemplate(template: Template, given: InspectFlags, now: number): string {
  if (given.json) return `${JSON.stringify(inspectData(template), undefined, 2)}\n`;
  if (given["machine-readable"]) return inspectMachineLines(template, now);
  return template.syntax === "hcl2" ? inspectHcl2(template) : inspectJson(template);
}
