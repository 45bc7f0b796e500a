import { lineBounds, positionOf } from "../language/position.ts";
import { describeEnclosingBlocks } from "../language/render/enclosing-block.ts";
import type { SourceRange } from "../language/source.ts";
import type { FailedStep } from "../sdk/event.ts";

/** Which of how many of its kind, from 1; absent where there is one. */
export interface PlaceInOrder {
  readonly number?: number | undefined;
  readonly total?: number | undefined;
}

export interface StepAtFault extends PlaceInOrder {
  /** `shell provisioner`. */
  readonly what: string;
  readonly name: string | undefined;
  /** Of its block. */
  readonly range: SourceRange | undefined;
}

/** Where in the template something stands that failed while it was built. */
export function failedStep({ what, name, range, number, total }: StepAtFault): FailedStep {
  return { what, name, number, total, ...(range && placeOf(range, name)) };
}

/** `on t.pkr.hcl line 9, in build > provisioner "shell" "install" (2 of 3)`. */
export function placeInWords(
  { range, name }: Pick<StepAtFault, "range" | "name">,
  { number, total }: PlaceInOrder = {},
): string | undefined {
  if (!range) return undefined;
  const { file, line, block } = placeOf(range, name);
  const within = block === undefined ? "" : `, in ${block}`;
  const count = number === undefined || total === undefined ? "" : ` (${number} of ${total})`;
  return `on ${file} line ${line}${within}${count}`;
}

function placeOf({ file, start, end }: SourceRange, name: string | undefined): Partial<FailedStep> {
  const { line, column } = positionOf(file, start);
  const bounds = lineBounds(file, line);
  const blocks = describeEnclosingBlocks(file, start);
  const named = name === undefined || blocks === "" ? blocks : `${blocks} ${JSON.stringify(name)}`;
  return {
    file: file.name,
    line,
    column,
    endLine: positionOf(file, end).line,
    endColumn: positionOf(file, end).column,
    block: named || undefined,
    code: file.text.slice(bounds.start, Math.min(bounds.end, bounds.start + LONGEST_CODE)),
  };
}

const LONGEST_CODE = 200;
