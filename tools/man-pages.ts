import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandManual, programManual } from "../src/cli/commands/manual-page.ts";
import { commands } from "../src/cli/commands.ts";

/** Writes a manual page for each command, and one for all of them, to the directory that is named. */
const [directory = "man"] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
writeFileSync(join(directory, "imgbuild.1"), programManual(commands));
for (const [name, { hidden, load }] of Object.entries(commands)) {
  if (hidden === true) continue;
  writeFileSync(join(directory, `imgbuild-${name}.1`), commandManual(await load()));
}
