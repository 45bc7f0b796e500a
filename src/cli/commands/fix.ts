import { hasErrors } from "../../language/diagnostic.ts";
import { fixers } from "../../template/fix/fixers.ts";
import { checkLegacyStructure } from "../../template/json/check-structure.ts";
import { createRedactor } from "../../ui/redact.ts";
import { booleanFlag, defineCommand, EXIT, exitCode, type CommandContext, type FlagValues } from "../command.ts";
import { printDiagnostics } from "../print-diagnostics.ts";
import { readLegacyInput } from "../read-legacy-input.ts";
import { templateFlags } from "../template-flags.ts";

const flags = {
  ...templateFlags,
  validate: booleanFlag(
    "Check the structure of the fixed template and the names of builds in it; exit with 1 if something is wrong.",
    { default: true },
  ),
};

const listOfFixes = fixers.map(({ name, summary }) => `    ${name.padEnd(28)}${summary}`);

/** `imgbuild fix`: a legacy JSON template with its deprecated parts written as they are today. */
export const command = defineCommand({
  name: "fix",
  summary: "Bring an old JSON template up to date",
  examples: [
    { command: "imgbuild fix old.json > new.json", explains: "Write the template as it should be today" },
    { command: "imgbuild fix -validate=false old.json", explains: "Even if something else in it is wrong" },
  ],
  arguments: [
    {
      name: "template",
      description: "A legacy .json template. It is not changed: the result goes to standard output.",
    },
  ],
  flags,
  notes: [
    "Templates that need fixing also run as they are: build and validate read most old forms with a warning.",
    `Fixes, in order:\n${listOfFixes.join("\n")}`,
  ],
  run: (context, { positional: [path = ""], flags: given }) => fix(context, path, given),
});

async function fix(context: CommandContext, path: string, given: FlagValues<typeof flags>): Promise<number> {
  const { host } = context;
  const redactor = createRedactor();
  context.onRedactor(redactor);
  const input = await readLegacyInput(host, path, redactor);
  if (!input) return EXIT.failed;
  const text = `${JSON.stringify(input.fixed.root, undefined, 2)}\n`;
  host.stdout.write(text);
  if (!given.validate) return EXIT.ok;
  const diagnostics = checkLegacyStructure({ name: `${input.file.name} (fixed)`, text });
  printDiagnostics(host, diagnostics, redactor);
  return exitCode(!hasErrors(diagnostics));
}
