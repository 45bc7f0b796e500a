import { ownEntry } from "../own-entry.ts";
import { escapeHtml, escapeJs, escapeQuery } from "./escape.ts";
import { sprintf } from "./printf.ts";
import { formatValue, isMap, isTrue, typeName, type TemplateFunction } from "./value.ts";

/** The functions every template has. `and` and `or` are not evaluated here (they stop early); see execute.ts. */
export const builtins: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ["and", (...args) => args.find((arg) => !isTrue(arg)) ?? args.at(-1)],
  ["or", (...args) => args.find(isTrue) ?? args.at(-1)],
  ["not", (...args) => !isTrue(only(args))],
  ["len", (...args) => length(only(args))],
  ["index", (value, ...keys) => keys.reduce(index, value)],
  ["slice", slice],
  ["print", print],
  ["printf", (format, ...args) => sprintf(text(format), args)],
  ["println", (...args) => `${args.map((arg) => formatValue(arg)).join(" ")}\n`],
  ["html", (...args) => escapeHtml(print(...args))],
  ["js", (...args) => escapeJs(print(...args))],
  ["urlquery", (...args) => escapeQuery(print(...args))],
  ["call", call],
  ["eq", (first, ...others) => atLeastOne(others).some((other) => isEqual(first, other))],
  ["ne", (...args) => !isEqual(...two(args))],
  ["lt", (...args) => isLess(...two(args))],
  ["le", (...args) => !isLess(...swapped(two(args)))],
  ["gt", (...args) => isLess(...swapped(two(args)))],
  ["ge", (...args) => !isLess(...two(args))],
]);

function only(args: readonly unknown[]): unknown {
  if (args.length !== 1) throw new Error(`wants one argument, got ${args.length}`);
  return args[0];
}

function two(args: readonly unknown[]): [unknown, unknown] {
  if (args.length !== 2) throw new Error(`wants two arguments, got ${args.length}`);
  return [args[0], args[1]];
}

const swapped = ([a, b]: [unknown, unknown]): [unknown, unknown] => [b, a];

function atLeastOne(others: readonly unknown[]): readonly unknown[] {
  if (others.length === 0) throw new Error("wants something to compare with");
  return others;
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new Error(`wants a string, got ${typeName(value)}`);
  return value;
}

/** Spaces go between operands when neither is a string. */
function print(...args: readonly unknown[]): string {
  const isSpaced = (arg: unknown, position: number): boolean =>
    position > 0 && typeof arg !== "string" && typeof args[position - 1] !== "string";
  const pieces = args.map((arg, position) => (isSpaced(arg, position) ? " " : "") + formatValue(arg));
  return pieces.join("");
}

function length(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value, "utf8");
  if (Array.isArray(value)) return value.length;
  if (isMap(value)) return Object.keys(value).length;
  throw new Error(`a value of type ${typeName(value)} has no length`);
}

function index(value: unknown, key: unknown): unknown {
  if (isMap(value)) return ownEntry(value, text(key));
  const items: readonly unknown[] | Buffer | undefined = itemsOf(value);
  if (!items) throw new Error(`a value of type ${typeName(value)} cannot be indexed`);
  return items[position(key, items.length - 1)];
}

/** A text is its bytes. */
function itemsOf(value: unknown): readonly unknown[] | Buffer | undefined {
  if (typeof value === "string") return Buffer.from(value, "utf8");
  return Array.isArray(value) ? value : undefined;
}

function position(value: unknown, last: number): number {
  if (typeof value !== "number" || !Number.isInteger(value))
    throw new Error(`an index of type ${typeName(value)} is not a whole number`);
  if (value < 0 || value > last) throw new Error(`index ${value} is out of range`);
  return value;
}

function slice(value: unknown, ...bounds: readonly unknown[]): unknown {
  const items = itemsOf(value);
  if (!items) throw new Error(`a value of type ${typeName(value)} cannot be sliced`);
  const most = Buffer.isBuffer(items) ? 2 : 3;
  if (bounds.length > most) throw new Error(`too many bounds: ${bounds.length}`);
  const end = position(bounds[1] ?? items.length, items.length);
  const start = position(bounds[0] ?? 0, end);
  if (Buffer.isBuffer(items)) return items.toString("utf8", start, end);
  return items.slice(start, end);
}

function call(callee: unknown, ...args: unknown[]): unknown {
  if (typeof callee !== "function") throw new Error(`a value of type ${typeName(callee)} is not a function`);
  return (callee as TemplateFunction)(...args);
}

function isEqual(a: unknown, b: unknown): boolean {
  for (const side of [a, b])
    if (typeof side === "object" && side !== null)
      throw new Error(`values of type ${typeName(side)} cannot be compared`);
  const [left, right] = [a ?? null, b ?? null];
  if (left !== null && right !== null && typeof left !== typeof right) {
    throw new Error(`incompatible types for comparison: ${typeName(left)} and ${typeName(right)}`);
  }
  return left === right;
}

function isLess(a: unknown, b: unknown): boolean {
  if (typeof a === "number" && typeof b === "number") return a < b;
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
  throw new Error(`values of type ${typeName(a)} and ${typeName(b)} cannot be ordered`);
}
