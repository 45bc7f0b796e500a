import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { globSync } from "tinyglobby";
import { compareStrings } from "../../../language/compare-strings.ts";
import { BuildError } from "../../../sdk/error.ts";

/**
 * The templates that are meant, in the order of the arguments and, within folders and patterns, of their names; each once. A
 * folder with `.pkr.hcl` or `.pkr.json` files is one template, as it is to `build`; in any other one the templates are those
 * of its folders, and its legacy `.json` templates. Rejects what leads to none.
 */
export function findTemplates(named: readonly string[], cwd: string): readonly string[] {
  const found = named.flatMap((name) => {
    const templates = templatesOf(name, cwd);
    if (templates.length > 0) return templates;
    throw new BuildError(`There is no template "${name}"`, {
      hint: "Name a .pkr.hcl, .pkr.json or .json file, a folder of them, or a pattern: 'images/*/*.pkr.hcl'.",
    });
  });
  return [...new Set(found)];
}

function templatesOf(name: string, cwd: string): readonly string[] {
  const stats = statSync(resolve(cwd, name), { throwIfNoEntry: false });
  if (stats?.isDirectory()) return templatesIn(name, cwd);
  if (stats) return [name];
  const matches = /[*?[{]/.test(name) ? matching(name, cwd) : [];
  return matches.flatMap((match) => templatesOf(match, cwd));
}

/** A pattern may meet anything: folders without templates, and files that are none, are passed over. */
function matching(pattern: string, cwd: string): readonly string[] {
  const paths = globSync(pattern.replaceAll(sep, "/"), { cwd, onlyFiles: false, expandDirectories: false });
  const names = paths.map((path) => path.replace(/\/$/, "")).toSorted(compareStrings);
  return names.filter((name) => isTemplateFile(name) || statSync(resolve(cwd, name)).isDirectory());
}

function templatesIn(folder: string, cwd: string): readonly string[] {
  const entries = readdirSync(resolve(cwd, folder), { withFileTypes: true }).filter(({ name }) => !isSkipped(name));
  if (entries.some(({ name }) => /\.pkr\.(hcl|json)$/.test(name))) return [folder];
  const sorted = entries.toSorted((one, other) => compareStrings(one.name, other.name));
  return sorted.flatMap((entry) => {
    const path = joined(folder, entry.name);
    if (entry.isDirectory()) return templatesIn(path, cwd);
    return entry.name.endsWith(".json") && isLegacy(resolve(cwd, path)) ? [path] : [];
  });
}

/** `join` would take the `./` of a folder away, which `path.root` shows. */
const joined = (folder: string, name: string): string => (folder === "." ? name : join(folder, name));

const isTemplateFile = (name: string): boolean =>
  /\.pkr\.(hcl|json)$/.test(name) || (name.endsWith(".json") && !/\.(pkrvars|auto)\.json$/.test(name));

/** Variable files and manifests lie beside templates. */
function isLegacy(path: string): boolean {
  return !/\.(pkrvars|auto)\.json$/.test(path) && hasBuilders(path);
}

const isSkipped = (name: string): boolean => name.startsWith(".") || name === "node_modules";

function hasBuilders(path: string): boolean {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return typeof value === "object" && value !== null && Array.isArray((value as { builders?: unknown }).builders);
  } catch {
    return false;
  }
}
