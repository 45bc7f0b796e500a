import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTable } from "../test/language/table.ts";
import { variablesForTests } from "../test/language/evaluate-text.ts";

/**
 * Asks the installed `packer console` for every expression of the language's tables that needs no variable, and records
 * what it prints in test/fixture/language/packer-console.json. Run when the tables grow: npx tsx tools/refresh-packer-console.ts
 */
const fixture = join(import.meta.dirname, "../test/fixture/language");
const names = new RegExp(`\\b(${[...variablesForTests.keys()].join("|")})\\b`);
/** Different at each call, or about files that are elsewhere for Packer. */
const unrepeatable =
  /\b(timestamp|legacy_\w+|uuid\w*|bcrypt|file\w*|templatefile|abspath|pathexpand|env|vault|consul_key|aws_\w+)\(/;

const files = ["function", "expression"].flatMap((folder) =>
  readdirSync(join(fixture, folder)).map((name) => join(fixture, folder, name)),
);
const expressions = files
  .flatMap((file) => [...readTable(file).sections.values()].flat())
  .filter(
    (text) =>
      !text.includes("\n") &&
      !names.test(text.replace(/"(?:[^"\\]|\\.)*"/g, "")) &&
      !/[$%]\{/.test(text) &&
      !unrepeatable.test(text),
  );

const folder = mkdtempSync(join(tmpdir(), "packer-console-"));
const template = join(folder, "empty.pkr.hcl");
writeFileSync(template, "locals {\n}\n");
const results: Record<string, string | null> = {};
for (const expression of new Set(expressions)) {
  const output = ask(expression);
  // Functions this version does not have yet say nothing about what they should do.
  if (output?.startsWith("Error: Call to unknown function")) continue;
  results[expression] = output?.startsWith("Error: ") ? null : (output ?? null);
}
rmSync(folder, { recursive: true });
writeFileSync(join(fixture, "packer-console.json"), `${JSON.stringify(results, null, 1)}\n`);

/** What Packer prints (errors too: on standard output), or undefined where it crashes or hangs. */
function ask(expression: string): string | undefined {
  try {
    const output = execFileSync("packer", ["console", template], {
      input: `${expression}\n`,
      encoding: "utf8",
      stdio: ["pipe", "pipe", "ignore"],
      // Some expressions keep Packer busy for ever.
      timeout: 5_000,
      killSignal: "SIGKILL",
      env: { ...process.env, CHECKPOINT_DISABLE: "1" },
    });
    return output.replace(/\n$/, "");
  } catch {
    return undefined;
  }
}
