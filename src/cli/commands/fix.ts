import { resolve } from "node:path";
import { hasErrors } from "../../language/diagnostic.ts";
import { registry } from "../../registry.ts";
import { readSource } from "../../template/files/read-source.ts";
import { fixers } from "../../template/fix/fixers.ts";
import { readFixedTemplate } from "../../template/json/read-legacy-file.ts";
import { loadLegacy } from "../../template/json/load-legacy.ts";
import { createRedactor } from "../../ui/redact.ts";
import { booleanFlag, defineCommand, EXIT, type CommandContext, type FlagValues } from "../command.ts";
import { printDiagnostics } from "../print-diagnostics.ts";
import { templateDirectory, templateFlags, templateOptions } from "../template-flags.ts";

const flags = {
  ...templateFlags,
  validate: booleanFlag("Check the fixed template; if it is invalid, exit with 1.", { default: true }),
};

/** `imgbuild fix`: what was deprecated in a legacy JSON template, written as it is today. */
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
    `Fixes, in order:\n${fixers.map(({ name, summary }) => `    ${name.padEnd(28)}${summary}`).join("\n")}`,
  ],
  run: (context, { positional: [path = ""], flags: given }) => fix(context, path, given),
});

async function fix({ host }: CommandContext, path: string, given: FlagValues<typeof flags>): Promise<number> {
  const { file, diagnostics } = await readSource("template", resolve(host.cwd, path), host.cwd);
  printDiagnostics(host, diagnostics);
  if (!file || hasErrors(diagnostics)) return EXIT.failed;
  const read = readFixedTemplate(file);
  printDiagnostics(host, read.diagnostics);
  if (!read.fixed) return EXIT.failed;
  const text = `${JSON.stringify(read.fixed.root, undefined, 2)}\n`;
  host.stdout.write(text);
  if (!given.validate) return hasErrors(read.diagnostics) ? EXIT.failed : EXIT.ok;
  const { signal } = new AbortController();
  const redactor = createRedactor();
  const onSecret = (secret: string) => redactor.add(secret);
  const common = { path, host, registry, undeclaredVariables: "ignore", onSecret, signal } as const;
  const options = { ...templateOptions(given), ...common };
  const loaded = await loadLegacy(options, { name: `${file.name} (fixed)`, text }, templateDirectory(host, path));
  printDiagnostics(host, loaded.diagnostics, redactor);
  return hasErrors(loaded.diagnostics) ? EXIT.failed : EXIT.ok;
}
