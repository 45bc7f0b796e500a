import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkFiles } from "../../src/core/check-files.ts";
import type { Diagnostic } from "../../src/language/diagnostic.ts";
import { lineOf } from "../../src/language/position.ts";
import { registry } from "../../src/registry.ts";
import {
  atOnce,
  casesOf,
  FILES,
  subjects,
  syntaxesOf,
  type ArgumentCase,
  type Subject,
  type Syntax,
} from "../helper/argument-cases.ts";
import { casesAt, templateOf } from "../helper/argument-templates.ts";
import { differences } from "../helper/argument-differences.ts";
import { keyOf, type Verdicts } from "../helper/argument-verdicts.ts";
import { loadForTest, testHost } from "../helper/load-for-test.ts";

const recorded = JSON.parse(readFileSync("test/fixture/packer-arguments.json", "utf8")) as Readonly<
  Record<string, Verdicts>
>;

async function diagnosticsOf(file: string, folder: string): Promise<readonly Diagnostic[]> {
  const { template, diagnostics } = await loadForTest(file, folder, { registry, readDataSource: undefined });
  const places = { work: folder, template: folder, host: testHost(folder), buildsHere: false };
  return [...diagnostics, ...(template ? await checkFiles(template, places) : [])];
}

function folderWith(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "arguments-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const file of FILES) writeFileSync(join(folder, file), "");
  writeFileSync(join(folder, name), text);
  return folder;
}

/** There are 1,400 of one builder, on a machine that may be busy. */
const LIMIT_MS = 180_000;

/** Which of the cases are refused here; a hundred in one template, as Packer was asked. */
async function refusedHere(subject: Subject, cases: readonly ArgumentCase[], syntax: Syntax): Promise<Set<number>> {
  const refused = new Set<number>();
  const size = atOnce(subject);
  for (let start = 0; start < cases.length; start += size) {
    const template = await templateOf(subject, cases.slice(start, start + size), syntax);
    const diagnostics = await diagnosticsOf(template.file, folderWith(template.file, template.text));
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    const lines = errors.flatMap(({ subject: at }) => (at ? lineOf(at.file, at.start) : []));
    for (const index of casesAt(template, lines)) refused.add(start + index);
  }
  return refused;
}

/** What Packer answered, by case; an argument that it refuses whatever it is given is one that it does not have. */
function answersOf(cases: readonly ArgumentCase[], rows: Verdicts): readonly (boolean | undefined)[] {
  const used = new Map<string, number>();
  return cases.map((one) => {
    const key = keyOf(one);
    const position = used.get(key) ?? 0;
    used.set(key, position + 1);
    const row = rows[key];
    const isKnown = row !== undefined && (one.value === undefined || row.includes("."));
    return isKnown ? row[position] === "x" : undefined;
  });
}

describe.each(subjects.map((subject) => [`${subject.kind} ${subject.type}`, subject] as const))(
  "%s",
  (title, subject) => {
    it.each(syntaxesOf(subject))(
      "takes and refuses what Packer does: %s",
      async (syntax) => {
        const cases = await casesOf(subject);
        const rows = recorded[`${title} ${syntax}`];
        expect(rows, "tools/refresh-packer-arguments.ts records what Packer says").toBeDefined();
        const answers = answersOf(cases, rows!);
        const refused = await refusedHere(subject, cases, syntax);
        const differing = cases.filter(
          (_, index) => answers[index] !== undefined && answers[index] !== refused.has(index),
        );
        const told = differing.map((one) => {
          const where = refused.has(cases.indexOf(one)) ? "refused here" : "taken here";
          return `${where}: ${subject.type} ${syntax} ${one.name} ${one.kind} ${JSON.stringify(one.value) ?? "absent"}`;
        });
        expect(told.filter((text) => !differences.some(([pattern]) => pattern.test(text)))).toEqual([]);
      },
      LIMIT_MS,
    );
  },
);
