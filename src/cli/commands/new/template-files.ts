import { readFileSync } from "node:fs";

/**
 * The text of a file of this package, by its path in it. In the bundle these files are inside: `tools/bundle/new-files.mjs`
 * takes the place of this module.
 */
export const templateFile = (path: string): string =>
  readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
