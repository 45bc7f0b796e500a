import { LateTemplate } from "../../sdk/late-template.ts";

/** A value as one text, whatever order its members were written in. */
export function canonicalText(value: unknown): string {
  const isPlain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return JSON.stringify(isPlain ? value : canonical(value)) ?? "";
}

function canonical(value: unknown): unknown {
  if (value instanceof LateTemplate) return { late: value.text };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString("base64") };
  if (value instanceof Map) return canonical(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const sorted = members.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, member]) => [name, canonical(member)]));
}
