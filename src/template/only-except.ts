import { compileGlob } from "./glob.ts";

/** `only` and `except` of a provisioner or post-processor: names of builds, or patterns of them. */
export interface OnlyExcept {
  readonly only: readonly string[] | undefined;
  readonly except: readonly string[] | undefined;
}

/** Whether the component takes part in a build that goes by these names. */
export function takesPart({ only, except }: OnlyExcept, names: readonly string[]): boolean {
  if (only && only.length > 0) return matchesAny(only, names);
  return !(except && matchesAny(except, names));
}

export const matchesAny = (patterns: readonly string[], names: readonly string[]): boolean =>
  patterns.some((pattern) => names.some((name) => name === pattern || compileGlob(pattern)?.test(name)));
