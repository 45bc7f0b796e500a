import { fixers } from "../fix/fixers.ts";
import { LegacyDocument, type JsonRecord } from "../fix/legacy-document.ts";
import type { Interpolator } from "../interpolate/interpolator.ts";
import type { LegacyContext } from "./legacy-context.ts";
import { deprecatedArgument } from "../messages/legacy.ts";

/** Reads old forms as what they mean today, each with a warning at its place. */
export function replaceOldForms({ data, report }: LegacyContext, interpolator: Interpolator): void {
  const document = new LegacyDocument(data.root as JsonRecord, (text) => renderIfPossible(text, interpolator));
  for (const fixer of fixers) if (fixer.appliesOnLoad) fixer.fix(document);
  data.followRenames(document.renames);
  for (const { owner, key, replacement } of document.changes) {
    report(deprecatedArgument(key, replacement, data.rangeOf(owner, [key], "name")));
  }
}

/** A text that cannot be rendered stays as it is: its error is reported where it is used. */
function renderIfPossible(text: string, interpolator: Interpolator): string {
  if (interpolator.check(text)) return text;
  try {
    return interpolator.render(text, {}, {});
  } catch {
    return text;
  }
}
