import type { CtyType } from "./cty-type.ts";

/** Values that JSON and a cty type can describe together. */
export type CtyJson = null | boolean | number | bigint | string | readonly CtyJson[] | CtyJsonMap;
interface CtyJsonMap {
  readonly [key: string]: CtyJson;
}

/**
 * A value with its type, as a configuration carries it: `{"value": …, "type": …}` in bytes. Each part of the value must
 * have the type already: the plugin converts nothing. Source: go-cty, docs/json.md.
 */
export function encodeCtyJson(value: CtyJson, type: CtyType): Buffer {
  return Buffer.from(`{"value":${jsonOf(value)},"type":${JSON.stringify(type)}}`);
}

/** JSON whose whole numbers may be of any size. */
function jsonOf(value: CtyJson): string {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value as CtyJsonMap).map(([key, item]) => `${JSON.stringify(key)}:${jsonOf(item)}`);
  return `{${members.join(",")}}`;
}
