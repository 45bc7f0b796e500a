import type { TextEdit } from "../language/diagnostic.ts";
import type { SourceRange } from "../language/source.ts";
import { rangeWithin } from "./range-within.ts";

/**
 * `${var.x}` in place of each `{{ user "x" }}` that was copied from a legacy template into HCL2. None where one does more, or
 * where the text does not stand in the file as it is.
 */
export function variablesInPlace(literal: SourceRange, text: string): readonly TextEdit[] | undefined {
  const edits = [...text.matchAll(USER_CALL)].map(({ 0: call, 1: name, index }) => {
    const range = rangeWithin(literal, text, { offset: index, end: index + call.length });
    return { range, text: `$\{var.${name}}` };
  });
  const isVerbatim = edits.every(({ range: { file, start, end } }) => /^\{\{.*\}\}$/.test(file.text.slice(start, end)));
  return edits.length > 0 && isVerbatim ? edits : undefined;
}

const USER_CALL = /\{\{-?\s*user\s+[`"]([A-Za-z_][\w-]*)[`"]\s*-?\}\}/g;
