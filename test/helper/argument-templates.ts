import { describeSchema } from "../../src/cli/commands/docs/describe.ts";
import { registry } from "../../src/registry.ts";
import { argumentsOf, type ArgumentCase, type Subject, type Syntax } from "./argument-cases.ts";

/** A template with many cases of one component. */
export interface CasesTemplate {
  readonly file: string;
  readonly text: string;
  /** The line, from 1, in which each case begins. */
  readonly lines: readonly number[];
  /** The line after the last of them. */
  readonly end: number;
}

export async function templateOf(
  subject: Subject,
  cases: readonly ArgumentCase[],
  syntax: Syntax,
): Promise<CasesTemplate> {
  const component = await registry.load(subject.kind, subject.type);
  const options = describeSchema(component!.schema).filter(({ kind }) => kind === "block" || kind === "blocks");
  const blocks = new Set(options.map(({ name }) => name));
  return syntax === "json" ? jsonTemplate(subject, cases) : hclTemplate(subject, cases, blocks);
}

/** A machine, for the steps. */
const machine = { ssh_host: "h", ssh_username: "u", ssh_password: "p" };

/** Each case is a build of its own, which errors name: `n0`, `n1`. */
function jsonTemplate(subject: Subject, cases: readonly ArgumentCase[]): CasesTemplate {
  const { kind, type } = subject;
  const items = cases.map((one, index) => {
    const own = { type, ...argumentsOf(subject, one) };
    return kind === "builder" ? { name: `n${index}`, ...own } : { only: [`n${index}`], ...own };
  });
  const start = kind === "builder" ? [] : cases.map((_, index) => ({ name: `n${index}`, type: "null", ...machine }));
  const section = { builder: "builders", provisioner: "provisioners", "post-processor": "post-processors" }[kind];
  const head = kind === "builder" ? "{" : `{"builders": ${JSON.stringify(start)},`;
  const text = `${head}\n"${section}": [\n${items.map((item) => JSON.stringify(item)).join(",\n")}\n]}\n`;
  return { file: "t.json", text, lines: cases.map((_, index) => index + 3), end: cases.length + 3 };
}

function hclTemplate(subject: Subject, cases: readonly ArgumentCase[], blocks: ReadonlySet<string>): CasesTemplate {
  const { kind, type } = subject;
  const opening = ['source "null" "n" {', ...bodyLines(machine, new Set()), "}", "build {", '  sources = ["null.n"]'];
  const lines = kind === "builder" ? [] : opening;
  const starts = cases.map((one, index) => {
    const start = lines.length + 1;
    const label = kind === "builder" ? `source "${type}" "n${index}"` : `${kind} "${type}"`;
    lines.push(`${label} {`, ...bodyLines(argumentsOf(subject, one), blocks), "}");
    return start;
  });
  const end = lines.length + 1;
  const sources = cases.map((_, index) => `"${type}.n${index}"`).join(", ");
  lines.push(...(kind === "builder" ? ["build {", `  sources = [${sources}]`, "}"] : ["}"]));
  return { file: "t.pkr.hcl", text: `${lines.join("\n")}\n`, lines: starts, end };
}

/** The cases in which the lines are. */
export function casesAt({ lines: starts, end }: CasesTemplate, lines: readonly number[]): readonly number[] {
  const inside = lines.filter((line) => line < end);
  const found = inside.map((line) => starts.findLastIndex((start) => start <= line));
  return [...new Set(found)].filter((index) => index >= 0);
}

function bodyLines(args: Readonly<Record<string, unknown>>, blocks: ReadonlySet<string>): readonly string[] {
  return Object.entries(args).flatMap(([name, value]) => {
    const isBlock = blocks.has(name) && typeof value === "object" && value !== null;
    if (!isBlock) return [`  ${name} = ${hclOf(value)}`];
    const items = (Array.isArray(value) ? value : [value]) as readonly Readonly<Record<string, unknown>>[];
    return items.flatMap((item) => [`  ${name} {`, ...bodyLines(item, new Set()), "  }"]);
  });
}

function hclOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(hclOf).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, item]) => `${name} = ${hclOf(item)}`)
    .join(", ")} }`;
}
