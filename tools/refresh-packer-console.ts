import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTable } from "../test/language/table.ts";
import { variablesForTests } from "../test/language/evaluate-text.ts";

/**
 * Asks the installed `packer console` for every expression of packer-console.txt, and of the language's tables where it
 * needs no variable, and records what it prints in test/fixture/language/packer-console.json. Run when they grow:
 * npx tsx tools/refresh-packer-console.ts
 */
const fixture = join(import.meta.dirname, "../test/fixture/language");
const names = new RegExp(`\\b(${[...variablesForTests.keys()].join("|")})\\b`);
/** Different at each call, or about files that are elsewhere for Packer. */
const unrepeatable =
  /\b(timestamp|legacy_\w+|uuid\w*|bcrypt|file\w*|templatefile|abspath|pathexpand|env|vault|consul_key|aws_\w+)\(/;

const files = ["function", "expression"].flatMap((folder) =>
  readdirSync(join(fixture, folder)).map((name) => join(fixture, folder, name)),
);
const listed = readFileSync(join(fixture, "packer-console.txt"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("# "));
const ofTables = files
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
for (const [expression, output] of askAll([...new Set([...ofTables, ...listed])])) {
  // Functions this version does not have say nothing about what they should do.
  if (output?.startsWith("Error: Call to unknown function")) continue;
  results[expression] = output?.startsWith("Error: ") ? null : (output ?? null);
}
rmSync(folder, { recursive: true });
writeFileSync(join(fixture, "packer-console.json"), `${JSON.stringify(results, null, 1)}\n`);

/**
 * What Packer prints for each (errors too: on standard output), undefined where it crashes or hangs. One process answers
 * many; the part of them that it does not survive is halved until the expression is found.
 */
function askAll(expressions: readonly string[]): readonly (readonly [string, string | undefined])[] {
  if (expressions.length > 100) return [...askAll(expressions.slice(0, 100)), ...askAll(expressions.slice(100))];
  const answers = ask(expressions);
  if (answers) return expressions.map((expression, index) => [expression, answers[index]] as const);
  if (expressions.length === 1) return [[expressions[0]!, undefined]];
  const half = Math.ceil(expressions.length / 2);
  return [...askAll(expressions.slice(0, half)), ...askAll(expressions.slice(half))];
}

function ask(expressions: readonly string[]): readonly string[] | undefined {
  const mark = "@ @ @";
  try {
    const output = execFileSync("packer", ["console", template], {
      input: expressions.map((expression) => `${expression}\n"${mark}"\n`).join(""),
      encoding: "utf8",
      stdio: ["pipe", "pipe", "ignore"],
      // Some expressions keep Packer busy for ever.
      timeout: 5_000,
      killSignal: "SIGKILL",
      env: { ...process.env, CHECKPOINT_DISABLE: "1" },
    });
    const answers = output.split(`${mark}\n`).slice(0, -1);
    return answers.length === expressions.length ? answers.map((answer) => answer.replace(/\n$/, "")) : undefined;
  } catch {
    return undefined;
  }
}
