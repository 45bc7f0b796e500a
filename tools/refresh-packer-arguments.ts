import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  atOnce,
  casesOf,
  CLOUD_PORT,
  FILES,
  subjects,
  syntaxesOf,
  type ArgumentCase,
  type Subject,
  type Syntax,
} from "../test/helper/argument-cases.ts";
import { casesAt, templateOf } from "../test/helper/argument-templates.ts";
import { verdictsAsText, type Verdicts } from "../test/helper/argument-verdicts.ts";

/**
 * Asks the installed Packer, with its plugins amazon, qemu, virtualbox and vagrant, whether it takes each argument of each
 * component (or of those named) with each odd value, and records it in test/fixture/packer-arguments.json. All of them
 * take half an hour. npx tsx tools/refresh-packer-arguments.ts [TYPE...]
 */
const fixture = join(import.meta.dirname, "../test/fixture/packer-arguments.json");
const wanted = process.argv.slice(2);
const cloud = createServer((_request, answer) => answer.end("{}")).listen(CLOUD_PORT, "127.0.0.1");
for (const subject of subjects.filter(({ type }) => wanted.length === 0 || wanted.includes(type))) {
  const cases = await casesOf(subject);
  for (const syntax of syntaxesOf(subject)) {
    const refused = await askAll(subject, cases, syntax);
    record(
      `${subject.kind} ${subject.type} ${syntax}`,
      verdictsAsText(cases, (index) => refused.has(index)),
    );
    process.stderr.write(`${subject.type} ${syntax}: ${cases.length} cases, ${refused.size} refused\n`);
  }
}
cloud.close();

/** A line for each argument, so that changes can be read. */
function record(key: string, verdicts: Verdicts): void {
  const known = JSON.parse(readFileSync(fixture, "utf8")) as Readonly<Record<string, Verdicts>>;
  const blocks = Object.entries({ ...known, [key]: verdicts }).map(([title, rows]) => {
    const lines = Object.entries(rows).map((row) => `    ${row.map((text) => JSON.stringify(text)).join(": ")}`);
    return `  ${JSON.stringify(title)}: {\n${lines.join(",\n")}\n  }`;
  });
  writeFileSync(fixture, `{\n${blocks.sort().join(",\n")}\n}\n`);
}

async function askAll(subject: Subject, cases: readonly ArgumentCase[], syntax: Syntax): Promise<ReadonlySet<number>> {
  const refused = new Set<number>();
  const size = atOnce(subject);
  for (let start = 0; start < cases.length; start += size) {
    const batch = cases.slice(start, start + size);
    for (const index of await ask(subject, batch, syntax)) refused.add(start + index);
  }
  return refused;
}

async function ask(subject: Subject, batch: readonly ArgumentCase[], syntax: Syntax): Promise<readonly number[]> {
  const template = await templateOf(subject, batch, syntax);
  const folder = mkdtempSync(join(tmpdir(), "packer-arguments-"));
  for (const name of [...FILES, template.file])
    writeFileSync(join(folder, name), name === template.file ? template.text : "");
  const output = await said(["validate", template.file], folder);
  rmSync(folder, { recursive: true });
  if (output.includes("unknown by Packer")) return ask(subject, batch, syntax);
  const errors = output.split(/^(?=Error: |Warning: )/m).filter((text) => text.startsWith("Error: "));
  if (syntax === "json") return errors.flatMap((text) => Number(/^Error: .*"n(\d+)"/.exec(text)?.[1] ?? []));
  if (subject.kind === "data-source") return errors.length > 0 ? [0] : [];
  const lines = errors.flatMap((text) => Number(/^ {2}on t\.pkr\.hcl line (\d+)/m.exec(text)?.[1] ?? []));
  if (errors.length > 0 && lines.length === 0) throw new Error(output);
  return casesAt(template, lines);
}

/** All that Packer prints; with that it refuses a template, it fails. */
function said(args: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, CHECKPOINT_DISABLE: "1", PACKER_NO_COLOR: "1" };
  return new Promise((resolve, reject) => {
    execFile("packer", args, { cwd, env }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== "number") return reject(error);
      resolve(stdout + stderr);
    });
  });
}
