import { join, relative, sep } from "node:path";

/**
 * A value with `{"$work": "out/disk"}` in place of every text that is a path below `work`, so that it means the same in
 * another directory. JSON values only.
 */
export function toPortable(value: unknown, work: string): unknown {
  if (typeof value === "string") return portablePath(value, work) ?? value;
  return mapMembers(value, (member) => toPortable(member, work));
}

/** The reverse. A value is to be checked with `staysInside` first. */
export function fromPortable(value: unknown, work: string): unknown {
  const path = markedPath(value);
  if (path !== undefined) return join(work, path);
  return mapMembers(value, (member) => fromPortable(member, work));
}

/** Whether every marked path stays below the directory it will start from: anybody may have written to a store. */
export function staysInside(value: unknown): boolean {
  const path = markedPath(value);
  if (path !== undefined) return path === "" || isInside(path);
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every(staysInside);
}

/** Whether a path stays below the directory it starts from, on every system, whatever it is called there. */
export function isInside(path: string): boolean {
  if (path === "" || path.length > MOST_CHARACTERS || /[\\\0]|^[A-Za-z]:/.test(path)) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

const MOST_CHARACTERS = 4096;
const MARK = "$work";

/** `undefined` for a text that is no path below `work`. */
function portablePath(text: string, work: string): { readonly [MARK]: string } | undefined {
  const path = relativePath(text, work);
  return path === undefined ? undefined : { [MARK]: path };
}

/** With `/`; `undefined` where it does not lead below `work`. */
export function relativePath(absolute: string, work: string): string | undefined {
  if (absolute === work) return "";
  if (!absolute.startsWith(work.endsWith(sep) ? work : work + sep)) return undefined;
  const path = relative(work, absolute).replaceAll(sep, "/");
  return isInside(path) ? path : undefined;
}

function markedPath(value: unknown): string | undefined {
  const path = (value as { readonly [MARK]?: unknown } | null | undefined)?.[MARK];
  return typeof path === "string" ? path : undefined;
}

function mapMembers(value: unknown, map: (member: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, map(member)]));
}
