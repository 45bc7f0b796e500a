import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceFile, SourceRange } from "../../language/source.ts";
import { suggesting } from "../../language/suggestion.ts";
import { error, warning } from "../diagnostics.ts";
import { COMPATIBLE_PACKER_VERSION } from "../../lib/packer-version.ts";

/** Absent where the text has no place for it. */
type Subject = SourceRange | undefined;

export const emptyLegacyTemplate = (name: string): Diagnostic =>
  error(
    "empty-template",
    undefined,
    "Empty template",
    `${name} is empty. A JSON template is an object: { "builders": [ … ] }.`,
  );

export function hclInJsonFile(file: SourceFile): Diagnostic {
  const end = Math.max(file.text.indexOf("\n"), 1);
  const detail = `${file.name} holds HCL, and by its name it would be a JSON template. Name it *.pkr.hcl, or read it with -config-type=hcl2.`;
  return error("hcl-in-json-file", { file, start: 0, end }, "HCL in a file of another name", detail);
}

export const noBuilders = (subject: Subject): Diagnostic =>
  error("no-builders", subject, "No builders", 'A template needs something to build: "builders": [ { "type": … } ].');

export const nothingSelected: Diagnostic = error(
  "nothing-to-build",
  undefined,
  "Nothing to build",
  "There is nothing to do: -only and -except leave no build.",
);

export const notLegacy = (name: string): Diagnostic =>
  error(
    "not-legacy",
    undefined,
    "Not a legacy template",
    `${name} is an HCL2 template already. Only legacy JSON templates are taken here.`,
  );

export const duplicateBuilder = (name: string, subject: Subject): Diagnostic =>
  error(
    "duplicate-build",
    subject,
    "Duplicate build",
    `Two builders would both be called "${name}". Give one of them another "name".`,
  );

interface WrongName {
  readonly name: string;
  readonly key: string;
  readonly subject: Subject;
}

export function unknownBuild({ name, key, subject }: WrongName, names: readonly string[]): Diagnostic {
  const known = [...new Set(names)];
  const detail = `"${key}" names "${name}", and there is no such builder.`;
  return suggesting(error("unknown-build", subject, "Unknown build", detail), {
    name,
    known,
    otherwise: ` The builders are: ${known.join(", ")}.`,
  });
}

export const invalidVersion = (subject: Subject): Diagnostic =>
  error("invalid-version-constraint", subject, "Invalid version", '"min_packer_version" is a version such as "1.7.0".');

export const unsupportedVersion = (version: string, subject: Subject): Diagnostic =>
  error(
    "unsupported-version",
    subject,
    "Unsupported Packer version",
    `The template asks for Packer ${version} or later. imgbuild is compatible with Packer ${COMPATIBLE_PACKER_VERSION}.`,
  );

export const notAnObject = (subject: Subject): Diagnostic =>
  error("not-an-object", subject, "Not a template", 'A JSON template is an object: { "builders": [ … ] }.');

export function unknownRootKey(key: string, known: readonly string[], subject: Subject): Diagnostic {
  return suggesting(error("unknown-root-key", subject, "Unknown key", `A template has no "${key}".`), {
    name: key,
    known,
    otherwise: ' For a comment, begin its name with "_".',
  });
}

/** `expectation` is a sentence without its full stop. */
export const wrongShape = (expectation: string, subject: Subject): Diagnostic =>
  error("wrong-shape", subject, "Wrong kind of value", `${expectation}.`);

export const missingType = (subject: Subject): Diagnostic =>
  error("missing-type", subject, "Missing type", 'This object needs a "type": which component it is for.');

export function undeclaredVariable(name: string, declared: Iterable<string>, subject: Subject): Diagnostic {
  const detail = `No variable "${name}" is declared in the template.`;
  return suggesting(warning("undeclared-variable", subject, "Undeclared variable", detail), { name, known: declared });
}

/** `hint` begins with a blank. */
export const misspeltVariable = (name: string, hint: string, subject: Subject): Diagnostic =>
  warning(
    "undeclared-variable",
    subject,
    "Undeclared variable",
    `No variable "${name}" is declared or given, so this is an empty text.${hint}`,
  );

export const unsetVariable = (name: string, subject: Subject): Diagnostic =>
  error(
    "unset-variable",
    subject,
    "Unset variable",
    `The variable "${name}" has no value. Give it one with -var or -var-file.`,
  );

export const deprecatedArgument = (key: string, replacement: string, subject: Subject): Diagnostic =>
  warning("deprecated-argument", subject, "Deprecated argument", `"${key}" is deprecated; ${replacement}.`);
