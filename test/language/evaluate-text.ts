import type { Diagnostic } from "../../src/language/diagnostic.ts";
import { evaluate } from "../../src/language/evaluate/evaluate.ts";
import type { Evaluated } from "../../src/language/evaluate/contract.ts";
import { createFunctionLibrary, type LibraryOptions } from "../../src/language/functions/library.ts";
import { isSensitive, mark, unmark } from "../../src/language/marks.ts";
import { formatNumber } from "../../src/language/number.ts";
import { parseExpression } from "../../src/language/parse.ts";
import { quote } from "../../src/language/format-value.ts";
import { setValue } from "../../src/language/set.ts";
import { formatType } from "../../src/language/type.ts";
import {
  BOOL,
  boolValue,
  decimalOf,
  listOf,
  listValue,
  mapOf,
  mapValue,
  NUMBER,
  nullValue,
  numberValue,
  objectValue,
  setOf,
  STRING,
  stringValue,
  tupleValue,
  UNKNOWN,
  unknownValue,
  type Value,
} from "../../src/language/value.ts";

/** 2020-01-02 03:04:05 UTC, a Thursday. */
const START_TIME = Date.UTC(2020, 0, 2, 3, 4, 5);

export const worldForTests: LibraryOptions = {
  env: { EDITOR: "ed" },
  cwd: import.meta.dirname,
  templateDir: `${import.meta.dirname}/../fixture/language/files`,
  homeDir: "/home/ada",
  startTime: START_TIME,
};

const texts = (...items: string[]): Value[] => items.map(stringValue);

/** The names the tables use. */
export const variablesForTests: ReadonlyMap<string, Value> = new Map([
  ["text", stringValue("hello")],
  ["number", numberValue(5)],
  ["flag", boolValue(true)],
  ["list", listValue(STRING, texts("a", "b", "c"))],
  ["set", setValue(STRING, texts("b", "a"))],
  ["map", mapValue(STRING, [["k", stringValue("v")]])],
  ["object", objectValue({ name: stringValue("web"), size: numberValue(2), tags: tupleValue(texts("x")) })],
  [
    "servers",
    listValue(objectValue({ id: numberValue(1) }).type, [
      objectValue({ id: numberValue(1) }),
      objectValue({ id: numberValue(2) }),
    ]),
  ],
  ["nothing", nullValue()],
  ["null_text", nullValue(STRING)],
  ["null_list", nullValue(listOf(STRING))],
  ["secret", mark(stringValue("hunter2"))],
  ["secret_number", mark(numberValue(42))],
  ["secret_flag", mark(boolValue(true))],
  ["secret_list", mark(listValue(STRING, texts("p", "q")))],
  ["secret_map", mark(mapValue(STRING, [["k", stringValue("v")]]))],
  ["half_secret", tupleValue([stringValue("open"), mark(stringValue("hidden"))])],
  ["half_secret_object", objectValue({ open: stringValue("x"), hidden: mark(stringValue("y")) })],
  ["unknown", unknownValue()],
  ["unknown_text", unknownValue(STRING)],
  ["unknown_number", unknownValue(NUMBER)],
  ["unknown_flag", unknownValue(BOOL)],
  ["unknown_list", unknownValue(listOf(STRING))],
  ["unknown_set", unknownValue(setOf(STRING))],
  ["unknown_map", unknownValue(mapOf(STRING))],
  ["unknown_secret", mark(unknownValue(STRING))],
  ["half_unknown", tupleValue([stringValue("known"), unknownValue(STRING)])],
]);

/** Parses and evaluates, with everything the tables may use in scope. */
export async function evaluateText(
  text: string,
  variables = variablesForTests,
  world = worldForTests,
): Promise<Evaluated> {
  const { expression, diagnostics } = parseExpression({ name: "<test>", text });
  if (diagnostics.length > 0) return { value: unknownValue(), diagnostics };
  const functions = createFunctionLibrary(world);
  return functions.settle(() => evaluate(expression, { variables, functions }));
}

/** The value, or each error with the text it points at: what the tables record. */
export async function outcomeOf(text: string, variables = variablesForTests, world = worldForTests): Promise<string> {
  const { value, diagnostics } = await evaluateText(text, variables, world);
  return diagnostics.length === 0 ? `= ${show(value)}` : diagnostics.map(showDiagnostic).join("\n  ");
}

function showDiagnostic({ severity, detail, subject, code, values }: Diagnostic): string {
  const at = subject ? subject.file.text.slice(subject.start, subject.end) : "";
  const where = subject && !subject.file.name.startsWith("<") ? ` of ${subject.file.name.replace(/.*\//, "")}` : "";
  const seen = (values ?? []).map(({ traversal, description }) => `; ${traversal} ${description}`).join("");
  return `${severity} ${code} at \`${at}\`${where}: ${detail.replaceAll("\n", "\\n")}${seen}`;
}

/** A value on one line with its exact type, marks and unknown parts: tuples and objects bare, collections by name. */
export function show(value: Value): string {
  if (isSensitive(value)) return `sensitive(${show(unmark(value))})`;
  const { content, type } = value;
  if (content === UNKNOWN) return `unknown(${formatType(type)})`;
  if (content === null) return type.kind === "dynamic" ? "null" : `null(${formatType(type)})`;
  if (typeof content === "string") return quote(content);
  if (typeof content === "boolean") return String(content);
  if (Array.isArray(content)) {
    const items = `[${(content as readonly Value[]).map(show).join(", ")}]`;
    return type.kind === "tuple"
      ? items
      : content.length === 0
        ? `empty ${formatType(type)}`
        : `to${type.kind}(${items})`;
  }
  if (content instanceof Map) {
    const entries = [...(content as ReadonlyMap<string, Value>)].map(
      ([key, item]) => `${/^\w+$/.test(key) ? key : quote(key)} = ${show(item)}`,
    );
    const body = entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
    return type.kind === "object" ? body : content.size === 0 ? `empty ${formatType(type)}` : `tomap(${body})`;
  }
  return formatNumber(decimalOf(value));
}
