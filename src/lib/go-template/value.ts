/** Data a template works on: JSON-like values; functions may appear in it, for `call`. */
export type TemplateFunction = (...args: unknown[]) => unknown;

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What `if` takes for true: anything but false, 0, "", nothing and empty collections. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** The name of a value's Go type, for `%T` and messages. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float64";
  if (typeof value === "boolean") return "bool";
  if (Array.isArray(value)) return "[]interface {}";
  if (isMap(value)) return "map[string]interface {}";
  if (typeof value === "function") return "func";
  return typeof value;
}

/** A value as `{{ }}` and `%v` write it: `[a b]`, `map[a:1]`. */
export function formatValue(value: unknown, nothing = "<nil>"): string {
  if (value === null || value === undefined) return nothing;
  if (typeof value === "number") return formatFloat(value);
  if (Array.isArray(value)) return `[${value.map((item) => formatValue(item)).join(" ")}]`;
  if (!isMap(value)) return String(value);
  const entries = sortedKeys(value).map((key) => `${key}:${formatValue(value[key])}`);
  return `map[${entries.join(" ")}]`;
}

export const sortedKeys = (map: Readonly<Record<string, unknown>>): string[] => Object.keys(map).sort();

/** `%v` of a float: the shortest digits, with an exponent below 1e-4 and from 1e21. */
export function formatFloat(number: number): string {
  if (Number.isNaN(number)) return "NaN";
  if (!Number.isFinite(number)) return number > 0 ? "+Inf" : "-Inf";
  const magnitude = Math.abs(number);
  if (number === 0 || (magnitude >= 1e-4 && magnitude < 1e21)) return String(number);
  return padExponent(number.toExponential());
}

/** Go writes at least two digits of an exponent: `1e-05`. */
export const padExponent = (text: string): string => text.replace(/e([+-])(\d)$/, "e$10$2");
