import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TEXTS } from "../test/template/variable-texts.ts";

/**
 * Asks the installed Packer what it makes of each text as the value (`-var`) of each variable of types.pkr.hcl, and records
 * it as JSON, null where it refuses. Run when the lists grow: npx tsx tools/refresh-packer-variables.ts
 */
const fixture = join(import.meta.dirname, "../test/fixture/variables");
const template = join(fixture, "types.pkr.hcl");
const names = [...readFileSync(template, "utf8").matchAll(/variable "(\w+)"/g)].map((match) => match[1]!);

const results = TEXTS.map((text) => [text, valuesOf(text)] as const);
writeFileSync(join(fixture, "packer.json"), `${JSON.stringify(results, null, 1)}\n`);

/** All variables at once; those that Packer names in its errors are refused, and it is asked about the rest. */
function valuesOf(text: string): Record<string, string | null> {
  const values: Record<string, string | null> = {};
  for (let rest = names; rest.length > 0;) {
    const output = ask(rest, text);
    if (output.includes("@end@")) {
      for (const name of rest) values[name] = output.split(`@${name}@\n`)[1]!.split("\n@")[0]!;
      return values;
    }
    const refused = rest.filter((name) => new RegExp(`\\b${name}\\b`).test(output));
    if (refused.length === 0) throw new Error(output);
    for (const name of refused) values[name] = null;
    rest = rest.filter((name) => !refused.includes(name));
  }
  return values;
}

function ask(asked: readonly string[], text: string): string {
  const flags = asked.flatMap((name) => ["-var", `${name}=${text}`]);
  const input = [...asked.map((name) => `"@${name}@"\njsonencode(var.${name})\n`), '"@end@"\n'].join("");
  const env = { ...process.env, CHECKPOINT_DISABLE: "1" };
  try {
    return execFileSync("packer", ["console", ...flags, template], { input, encoding: "utf8", stdio: "pipe", env });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  }
}
