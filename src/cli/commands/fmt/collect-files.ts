import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Diagnostic } from "../../../language/diagnostic.ts";
import { sortedBy } from "../../sorted-by.ts";
import { errorText } from "../../../lib/error-text.ts";

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
  const collected = paths.flatMap((path) => collect(path, options));
  const seen = new Set<string>();
  return collected.filter((entry) => {
    if (entry.kind === "problem") return true;
    const key = entry.kind === "file" ? entry.path : entry.kind;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
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
  const isJson = name.endsWith(".json");
  const reason = isJson
    ? "JSON files have no canonical style here."
    : "Only files named *.pkr.hcl and *.pkrvars.hcl are formatted.";
  return `"${name}" is left as it is. ${reason} To format other text, pipe it through: imgbuild fmt -`;
}

function collectFolder(name: string, path: string, recursive: boolean): Collected[] {
  try {
    const entries = sortedBy(readdirSync(path, { withFileTypes: true }), (entry) => entry.name);
    const wanted = entries.filter((entry) => {
      if (isSkipped(entry.name)) return false;
      return entry.isDirectory() ? recursive : isTemplateName(entry.name);
    });
    return wanted.flatMap((entry): Collected[] => {
      const inner = { name: join(name, entry.name), path: join(path, entry.name) };
      if (entry.isDirectory()) return collectFolder(inner.name, inner.path, true);
      return [{ kind: "file", ...inner }];
    });
  } catch (error) {
    return [problem("unreadable-folder", "Folder cannot be read", `${name}: ${errorText(error)}`)];
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
