import type { Block } from "../../language/ast.ts";
import type { Diagnostic, TextEdit } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import { isOfBuild } from "../messages/blocks.ts";
import type { Declarations } from "./declarations.ts";

/** Steps inside of a source may move to the end of the build that has this source and no other. */
export function movedToBuild(found: Diagnostic, { sources, builds }: Declarations): Diagnostic {
  const { code, subject, edits } = found;
  if (code !== "unknown-argument" || subject === undefined || edits !== undefined) return found;
  for (const [address, { body }] of sources) {
    const first = body.blocks.find(({ type, range }) => isOfBuild(type) && isSameStart(range, subject));
    if (!first) continue;
    const [build, ...others] = builds.filter((one) => mentions(one, address));
    if (!build || others.length > 0 || !hasOnly(build, address)) return found;
    // A message tells of all blocks of one name.
    const moves = body.blocks.filter(({ type }) => type === first.type).map((step) => move(step, build));
    return { ...found, edits: moves.includes(undefined) ? undefined : moves.flatMap((move) => move ?? []) };
  }
  return found;
}

const isSameStart = (one: SourceRange, other: SourceRange): boolean =>
  one.file === other.file && one.start === other.start;

const mentions = ({ range }: Block, address: string): boolean => textIn(range).includes(address);

/** `sources = ["source.null.n"]`, and no block for another one. */
function hasOnly({ body }: Block, address: string): boolean {
  const sources = body.attributes.find(({ name }) => name === "sources");
  if (!sources || body.blocks.some(({ type }) => type === "source")) return false;
  const [, named] = /^\[\s*"(?:source\.)?([^"]*)"\s*,?\s*\]$/.exec(textIn(sources.expression.range)) ?? [];
  return named === address;
}

/** Its lines, and nothing else on them. */
function move(step: Block, build: Block): readonly TextEdit[] | undefined {
  const lines = linesOf(step.range);
  if (textIn(lines).trim() !== textIn(step.range).trim()) return undefined;
  const { file, start } = build.body.endRange;
  const closing = file.text.lastIndexOf("\n", start - 1) + 1;
  const isAlone = file.text.slice(closing, start).trim() === "";
  const at = isAlone ? closing : start;
  const text = textIn(lines);
  return [
    { range: lines, text: "" },
    { range: { file, start: at, end: at }, text: isAlone ? text : `\n${text}` },
  ];
}

function linesOf({ file, start, end }: SourceRange): SourceRange {
  const first = file.text.lastIndexOf("\n", start - 1) + 1;
  const last = file.text.indexOf("\n", end);
  return { file, start: first, end: last === -1 ? file.text.length : last + 1 };
}

const textIn = ({ file, start, end }: SourceRange): string => file.text.slice(start, end);
