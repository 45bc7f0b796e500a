import type { TextEdit } from "../language/diagnostic.ts";
import type { SourceRange } from "../language/source.ts";
import type { ConfigIssue, Fix } from "../sdk/schema/schema.ts";
import type { GivenArguments } from "./given-arguments.ts";
import { rangeWithin } from "./range-within.ts";

/** The changes of the text that an issue proposes; none where the text is not literally what the change is about. */
export function editsOf(
  { path, within }: ConfigIssue,
  fix: Fix,
  args: Pick<GivenArguments, "rangeOf" | "input">,
): readonly TextEdit[] | undefined {
  const value = args.rangeOf(path, "value");
  if (fix.kind === "wrap") return value && aroundValue(value, fix);
  if (fix.part === "name") return renamed(args.rangeOf(path, "name"), fix.text);
  if (fix.part === "value") return value && isLiteral(value) ? [{ range: value, text: fix.text }] : undefined;
  const text = path.reduce<unknown>((holder, step) => (holder as Record<string | number, unknown>)?.[step], args.input);
  if (!value || !within || typeof text !== "string") return undefined;
  const range = rangeWithin(value, text, { offset: within.start, end: within.end });
  const isVerbatim = textIn(range) === text.slice(within.start, within.end);
  return isVerbatim ? [{ range, text: fix.text }] : undefined;
}

function aroundValue({ file, start, end }: SourceRange, { before, after }: Extract<Fix, { kind: "wrap" }>) {
  return [
    { range: { file, start, end: start }, text: before },
    { range: { file, start: end, end }, text: after },
  ];
}

/** In JSON the name stands in quotes. */
function renamed(range: SourceRange | undefined, name: string): readonly TextEdit[] | undefined {
  if (!range) return undefined;
  const text = textIn(range).startsWith('"') ? JSON.stringify(name) : name;
  return [{ range, text }];
}

/** A number, a string without interpolation or a list of them: not a reference to a value that stands elsewhere. */
function isLiteral(range: SourceRange): boolean {
  const text = textIn(range);
  return /^(-?\d[\d.]*|true|false|"[^"]*"|\[(\s*"[^"]*"\s*,?)*\s*\])$/.test(text) && !/[$%]\{/.test(text);
}

const textIn = ({ file, start, end }: SourceRange): string => file.text.slice(start, end);
