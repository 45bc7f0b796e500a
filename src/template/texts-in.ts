import type { ArgumentPath } from "./given-arguments.ts";

export interface TextAt {
  readonly text: string;
  readonly path: ArgumentPath;
}

/** Every text in plain data that has a `{{` in it, and where. */
export function textsIn(value: unknown, path: ArgumentPath = []): readonly TextAt[] {
  if (typeof value === "string") return value.includes("{{") ? [{ text: value, path }] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...path, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, [...path, key]));
}
