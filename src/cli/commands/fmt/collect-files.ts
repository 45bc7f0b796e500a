import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Diagnostic } from "../../../language/diagnostic.ts";

/** Something named on the command line, or found in a folder named there. */
export type Collected =
  | { readonly kind: "file"; readonly name: string; readonly path: string }
  | { readonly kind: "stdin"; readonly name: string }
  | { readonly kind: "problem"; readonly diagnostic: Diagnostic };

/**
 * The files to format, in the order of the arguments and, within folders, of their names. A file reached twice comes
 * once. What cannot be found or read takes its place as a problem.
 */
export function collectFiles(
  paths: readonly string[],
  options: { readonly cwd: string; readonly recursive: boolean },
): Collected[] {
  const seen = new Set<string>();
  return paths
    .flatMap((path) => collect(path, options))
    .filter((entry) => {
      const key = entry.kind === "file" ? entry.path : entry.kind;
      if (entry.kind === "problem" || !seen.has(key)) return seen.add(key);
      return false;
    });
}

function collect(name: string, { cwd, recursive }: { readonly cwd: string; readonly recursive: boolean }): Collected[] {
  if (name === "-") return [{ kind: "stdin", name: "<stdin>" }];
  const path = resolve(cwd, name);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined)
    return [problem("not-found", "No such file or folder", `There is no file or folder "${name}".`)];
  if (stats.isDirectory()) return collectFolder(name, path, recursive);
  if (isTemplateName(name)) return [{ kind: "file", name, path }];
  return [problem("not-a-template", "Not a template in HCL", notATemplate(name))];
}

function notATemplate(name: string): string {
  const reason = name.endsWith(".json")
    ? "JSON files have no canonical style here."
    : "Only files named *.pkr.hcl and *.pkrvars.hcl are formatted.";
  return `"${name}" is left as it is. ${reason} To format other text, pipe it through: imgbuild fmt -`;
}

function collectFolder(name: string, path: string, recursive: boolean): Collected[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    return entries.flatMap((entry): Collected[] => {
      if (isSkipped(entry.name)) return [];
      const inner = { name: join(name, entry.name), path: join(path, entry.name) };
      if (entry.isDirectory()) return recursive ? collectFolder(inner.name, inner.path, true) : [];
      return isTemplateName(entry.name) ? [{ kind: "file", ...inner }] : [];
    });
  } catch (error) {
    return [problem("unreadable-folder", "Folder cannot be read", `${name}: ${(error as Error).message}`)];
  }
}

function isTemplateName(name: string): boolean {
  return name.endsWith(".pkr.hcl") || name.endsWith(".pkrvars.hcl");
}

/** Hidden files, and what editors leave behind: `name~`, `#name#`. */
function isSkipped(name: string): boolean {
  return name.startsWith(".") || name.endsWith("~") || (name.startsWith("#") && name.endsWith("#"));
}

function problem(code: string, summary: string, detail: string): Collected {
  return { kind: "problem", diagnostic: { severity: "error", code, summary, detail } };
}
