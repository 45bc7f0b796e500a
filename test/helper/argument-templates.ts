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
  if (syntax === "json") return jsonTemplate(subject, cases);
  return syntax === "hcl-json" ? hclJsonTemplate(subject, cases) : hclTemplate(subject, cases, blocks);
}

/** A machine, for the steps. */
const machine = { ssh_host: "h", ssh_username: "u", ssh_password: "p" };

/** A data source of each case, in the JSON form of HCL2, whose lines are those of the cases. */
function hclJsonTemplate(subject: Subject, cases: readonly ArgumentCase[]): CasesTemplate {
  const items = cases.map((one, index) => `"n${index}": ${JSON.stringify(argumentsOf(subject, one))}`);
  const rest = `"source": {"null": {"n": {"communicator": "none"}}}, "build": {"sources": ["null.n"]}`;
  const text = `{"data": {"${subject.type}": {\n${items.join(",\n")}\n}}, ${rest}}\n`;
  return { file: "t.pkr.json", text, lines: cases.map((_, index) => index + 2), end: cases.length + 2 };
}

/** Each case is a build of its own, which errors name: `n0`, `n1`. */
function jsonTemplate(subject: Subject, cases: readonly ArgumentCase[]): CasesTemplate {
  const { kind, type } = subject;
  const items = cases.map((one, index) => {
    const own = { type, ...argumentsOf(subject, one) };
    return kind === "builder" ? { name: `n${index}`, ...own } : { only: [`n${index}`], ...own };
  });
  const start = kind === "builder" ? [] : cases.map((_, index) => ({ name: `n${index}`, type: "null", ...machine }));
  const section = `${kind}s`;
  const head = kind === "builder" ? "{" : `{"builders": ${JSON.stringify(start)},`;
  const text = `${head}\n"${section}": [\n${items.map((item) => JSON.stringify(item)).join(",\n")}\n]}\n`;
  return { file: "t.json", text, lines: cases.map((_, index) => index + 3), end: cases.length + 3 };
}

function hclTemplate(subject: Subject, cases: readonly ArgumentCase[], blocks: ReadonlySet<string>): CasesTemplate {
  const { kind, type } = subject;
  const opening = ['source "null" "n" {', ...bodyLines(machine, new Set()), "}", "build {", '  sources = ["null.n"]'];
  const isStep = kind === "provisioner" || kind === "post-processor";
  const lines = isStep ? opening : [];
  const starts = cases.map((one, index) => {
    const start = lines.length + 1;
    lines.push(`${labelOf(subject, index)} {`, ...bodyLines(argumentsOf(subject, one), blocks), "}");
    return start;
  });
  const end = lines.length + 1;
  const sources = cases.map((_, index) => `"${type}.n${index}"`).join(", ");
  const closing = {
    builder: ["build {", `  sources = [${sources}]`, "}"],
    "data-source": opening.concat("}"),
    provisioner: ["}"],
    "post-processor": ["}"],
  };
  lines.push(...closing[kind]);
  return { file: "t.pkr.hcl", text: `${lines.join("\n")}\n`, lines: starts, end };
}

function labelOf({ kind, type }: Subject, index: number): string {
  if (kind === "builder") return `source "${type}" "n${index}"`;
  return kind === "data-source" ? `data "${type}" "n${index}"` : `${kind} "${type}"`;
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
