import { fixers } from "./fixers.ts";
import { renameBuilds } from "./rename-builds.ts";
import { LegacyDocument, type Change, type JsonRecord } from "./legacy-document.ts";

/** Applies every fixer to a template (which is changed), and says what they replaced. */
export function fixTemplate(root: JsonRecord): readonly Change[] {
  const document = new LegacyDocument(root);
  for (const fixer of fixers) fixer.fix(document);
  renameBuilds(document);
  return document.changes;
}
