import { resolve } from "node:path";
import type { Attribute, Body } from "../../language/ast.ts";
import { hasErrors, type Diagnostic } from "../../language/diagnostic.ts";
import { parseJsonValues } from "../../language/json/json-body.ts";
import { parseHcl } from "../../language/parse.ts";
import type { SourceFile } from "../../language/source.ts";
import { readSource } from "../files/read-source.ts";
import { displayPath } from "../files/template-files.ts";
import { blockInFile, declarationInFile, wrongEnding } from "../messages/variables.ts";

/** A file of values for input variables. */
export interface VariableFile {
  readonly attributes: readonly Attribute[];
}

/** Reads `*.pkrvars.hcl` and `*.json` files. Only attributes count; blocks are reported. */
export async function readVariableFiles(
  paths: readonly string[],
  cwd: string,
  diagnostics: Diagnostic[],
): Promise<readonly VariableFile[]> {
  const sources = await Promise.all(
    paths.map(async (path) => {
      if (!hasKnownEnding(path) && !isStream(path))
        return { file: undefined, diagnostics: [wrongEnding(displayPath(path, cwd))] };
      return readSource("variable file", resolve(cwd, path), cwd);
    }),
  );
  return sources.flatMap(({ file, diagnostics: problems }) => {
    diagnostics.push(...problems);
    if (!file || hasErrors(problems)) return [];
    return [parse(file, diagnostics)];
  });
}

const hasKnownEnding = (path: string): boolean => /\.(hcl|json)$/.test(path);

/** Standard input, and what a shell makes of `<(…)`: these have no ending, and their text tells what they are. */
const isStream = (path: string): boolean => /^\/(dev|proc)\//.test(path);

function isJson({ name, text }: SourceFile): boolean {
  if (hasKnownEnding(name)) return name.endsWith(".json");
  return text.trimStart().startsWith("{");
}

function parse(file: SourceFile, diagnostics: Diagnostic[]): VariableFile {
  const parsed = isJson(file) ? parseJsonValues(file) : parseHcl(file);
  diagnostics.push(...parsed.diagnostics, ...blocksIn(parsed.body));
  return { attributes: parsed.body.attributes };
}

function blocksIn({ blocks }: Body): readonly Diagnostic[] {
  return blocks.map(({ type, headerRange }) => {
    if (type === "variable") return declarationInFile(headerRange);
    return blockInFile(type, headerRange);
  });
}
