import type { Expression, TupleExpression } from "../../language/ast.ts";
import type { Diagnostic, TextEdit } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import { bracketed, correction, suggesting } from "../../language/suggestion.ts";
import { didYouMean, nearest } from "../../lib/did-you-mean.ts";
import { error, listOfFew, warning } from "../diagnostics.ts";
import type { Declarations } from "../hcl2/declarations.ts";
import type { LoadOptions } from "../load-options.ts";

export const noSources = (subject: SourceRange): Diagnostic =>
  error(
    "no-sources",
    subject,
    "Build without sources",
    'A build block needs something to build: sources = ["source.TYPE.NAME"].',
  );

export function sourcesNotTexts(subject: SourceRange): Diagnostic {
  const detail = 'Inappropriate value for "sources": a list of texts such as ["source.null.example"] is required.';
  const found = error("invalid-argument", subject, "Invalid value", detail);
  const edits = bracketed(subject);
  return edits ? { ...found, detail: `${detail} Put it in brackets.`, edits } : found;
}

export function malformedReference(text: string, subject: SourceRange, known: readonly string[]): Diagnostic {
  const detail = `A source is referred to as "source.TYPE.NAME" or "TYPE.NAME", not as ${JSON.stringify(text)}.`;
  const found = error("invalid-source-reference", subject, "Invalid source reference", detail);
  const [meant, other] = known.filter((address) => text !== "" && address.split(".").includes(text));
  if (meant === undefined || other !== undefined)
    return { ...found, detail: `${detail}${listOfFew("Declared are", known)}` };
  return { ...found, detail: `${detail} Did you mean "${meant}"?`, edits: correction(subject, text, meant) };
}

export function unknownSource(address: string, known: readonly string[], subject: SourceRange): Diagnostic {
  const otherwise = known.length === 0 ? ' None is: add source "TYPE" "NAME" { … }.' : listOfFew("Declared are", known);
  return suggesting(error("unknown-source", subject, "Unknown source", `No source "${address}" is declared.`), {
    name: address,
    known,
    otherwise,
  });
}

export const duplicateBuild = (name: string, subject: SourceRange, context: SourceRange): Diagnostic =>
  error(
    "duplicate-build",
    { subject, context },
    "Duplicate build",
    `Two builds would both be called "${name}". Give one of the build blocks a name, or the source another name in this build: source "TYPE.NAME" { name = "…" }.`,
  );

export const secondCleanup = (subject: SourceRange, context: SourceRange): Diagnostic =>
  error(
    "duplicate-block",
    { subject, context },
    "Duplicate block",
    'A build block may have one "error-cleanup-provisioner".',
  );

export const invalidForEach = (detail: string, subject: SourceRange): Diagnostic =>
  error("invalid-for-each", subject, "Invalid for_each", detail);

export function nothingToBuild({ only, except }: LoadOptions, { builds }: Declarations): Diagnostic {
  if (builds.length === 0)
    return error(
      "nothing-to-build",
      undefined,
      "Nothing to build",
      "The template has no build block, so there is nothing to do.",
    );
  const isFiltered = only.length + except.length > 0;
  const why = isFiltered ? "-only and -except leave no build" : "every build is disabled, or its for_each is empty";
  return error("nothing-to-build", undefined, "Nothing to build", `There is nothing to do: ${why}.`);
}

/** `sources`: that argument of the only build there is. */
export function unusedSource(address: string, subject: SourceRange, sources: Expression | undefined): Diagnostic {
  const name = `"source.${address}"`;
  const detail = `No build uses this source. Name it in a build block, sources = [${name}], or remove it.`;
  const found = warning("unused-source", subject, "Unused source", detail);
  return sources?.kind === "tuple" ? { ...found, edits: [added(sources, name)] } : found;
}

/** At the end of a list. */
function added({ items, range }: TupleExpression, text: string): TextEdit {
  const last = items.at(-1)?.range;
  const at = last?.end ?? range.start + 1;
  return { range: { file: range.file, start: at, end: at }, text: last ? `, ${text}` : text };
}

interface UnknownName {
  readonly key: string;
  readonly name: string;
  readonly subject: SourceRange;
}

interface NameHints {
  readonly known: readonly string[];
  /** The name that the same source has here. */
  readonly meant: string | undefined;
}

/** A warning: Packer takes such a name in HCL2 without a word, and a shared list may name what another template has. */
export function unknownBuildName({ key, name, subject }: UnknownName, { known, meant }: NameHints): Diagnostic {
  const near = meant ?? nearest(name, known);
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  const there = listOfFew(known.length === 1 ? "The name here is" : "The names here are", known);
  const detail = `"${key}" names ${JSON.stringify(name)}, and no source of this build block is called so here.${hint}${there}`;
  const found = warning("unknown-build", subject, "Unknown build", detail);
  return near === undefined ? found : { ...found, edits: correction(subject, name, near) };
}

/** As the user typed it. */
interface GivenPattern {
  readonly option: string;
  readonly text: string;
}

export function unmatchedPattern({ option, text }: GivenPattern, names: readonly string[]): Diagnostic {
  const hint = didYouMean(text, names) || listOfFew("The builds are", names);
  return warning(
    "unmatched-pattern",
    undefined,
    "Pattern matches nothing",
    `${option}=${text} matches no build.${hint}`,
  );
}

export const malformedPattern = ({ option, text }: GivenPattern): Diagnostic =>
  error(
    "malformed-pattern",
    undefined,
    "Malformed pattern",
    `${option}=${text} is not a valid pattern. Use * and ?, [abc] and {a,b}.`,
  );
