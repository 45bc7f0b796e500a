import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Package → the names our sources import from it; `*` where one of them wants all of it. */
export function collectImports(directory) {
  const imports = new Map();
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith(".ts")) continue;
    const text = readFileSync(join(entry.parentPath, entry.name), "utf8");
    for (const [, isType, clause, from] of text.matchAll(/^import\s+(type\s+)?([^;'"]+?)\s+from\s+"([^"./][^"]*)"/gm)) {
      if (isType) continue;
      const names = imports.get(from) ?? new Set();
      for (const name of importedNames(clause)) names.add(name);
      imports.set(from, names);
    }
    for (const [, from] of text.matchAll(/\bimport\("([^"./][^"]*)"\)/g))
      imports.set(from, new Set([...(imports.get(from) ?? []), "*"]));
  }
  return imports;
}

function importedNames(clause) {
  const [, names] = /^\{([^}]*)\}$/s.exec(clause) ?? [];
  if (names === undefined) return ["*"];
  const values = names.split(",").map((item) => item.trim());
  return values.filter((item) => item !== "" && !item.startsWith("type ")).map((item) => item.split(/\s+as\s+/)[0]);
}
