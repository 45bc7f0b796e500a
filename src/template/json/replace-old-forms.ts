import { fixers } from "../fix/fixers.ts";
import { isRecord, LegacyDocument, type JsonRecord } from "../fix/legacy-document.ts";
import type { Interpolator } from "../interpolate/interpolator.ts";
import { renderIfPossible } from "../interpolate/render-if-possible.ts";
import type { LegacyContext } from "./legacy-context.ts";
import { deprecatedArgument } from "../messages/legacy.ts";
import { stepsOf } from "./legacy-template.ts";

/** Reads old forms as what they mean today. */
export function replaceOldForms({ data }: LegacyContext, interpolator: Interpolator): LegacyDocument {
  const document = new LegacyDocument(data.root as JsonRecord, (text) => renderIfPossible(text, interpolator));
  for (const fixer of fixers) if (fixer.appliesOnLoad) fixer.fix(document);
  data.followRenames(document.renames);
  return document;
}

/** A warning at the place of each old form, but for those in builders and steps that are not used. */
export function warnOfOldForms(
  { changes }: LegacyDocument,
  used: ReadonlySet<JsonRecord>,
  { template, data, report }: LegacyContext,
): void {
  const unused = [...template.builders, ...stepsOf(template)].filter((item) => !used.has(item));
  const skipped = new Set(unused.flatMap(recordsIn));
  for (const { owner, key, replacement } of changes) {
    if (!skipped.has(owner)) report(deprecatedArgument(key, replacement, data.rangeOf(owner, [key], "name")));
  }
}

function recordsIn(value: unknown): readonly JsonRecord[] {
  if (Array.isArray(value)) return value.flatMap(recordsIn);
  if (!isRecord(value)) return [];
  return [value, ...Object.values(value).flatMap(recordsIn)];
}
