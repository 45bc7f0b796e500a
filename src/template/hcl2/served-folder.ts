import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Block } from "../../language/ast.ts";
import type { Diagnostic, TextEdit } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import type { Declarations } from "./declarations.ts";

/** What the HTTP server of a build serves by custom. */
const FOLDER = "http";

/**
 * For a source whose guest asks for an HTTP server that there is not: a folder `http` beside the template is what it should
 * serve.
 */
export async function withServedFolder(
  diagnostics: readonly Diagnostic[],
  { sources }: Declarations,
  directory: string,
): Promise<readonly Diagnostic[]> {
  const isAsked = diagnostics.some(({ code }) => code === "no-http-server");
  if (!isAsked || !(await isDirectory(join(directory, FOLDER)))) return diagnostics;
  return diagnostics.map((found) => {
    const { code, subject } = found;
    if (code !== "no-http-server" || subject === undefined) return found;
    const source = [...sources.values()].find(({ range }) => contains(range, subject));
    return source ? proposed(found, source) : found;
  });
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

const ARGUMENT = `http_directory = "\${path.root}/${FOLDER}"`;

function proposed(found: Diagnostic, source: Block): Diagnostic {
  const detail = `${found.detail} For the folder "${FOLDER}" beside the template, write ${ARGUMENT}.`;
  return { ...found, detail, edits: asLastLine(source) };
}

/** None where the closing brace has no line to itself, as in JSON. */
function asLastLine({ body, range: { file } }: Block): readonly TextEdit[] | undefined {
  const { start } = body.endRange;
  const line = file.text.lastIndexOf("\n", start - 1) + 1;
  if (file.name.endsWith(".json") || file.text.slice(line, start).trim() !== "") return undefined;
  const indent = file.text.slice(line, start);
  return [{ range: { file, start: line, end: line }, text: `${indent}  ${ARGUMENT}\n` }];
}

const contains = (outer: SourceRange, inner: SourceRange): boolean =>
  outer.file === inner.file && outer.start <= inner.start && inner.end <= outer.end;
