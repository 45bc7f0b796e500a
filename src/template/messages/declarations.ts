import type { Attribute, Block } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import { correction } from "../../language/suggestion.ts";
import { EXAMPLE_SOURCE } from "../../sdk/plugin-source.ts";
import { error } from "../diagnostics.ts";
import { COMPATIBLE_PACKER_VERSION } from "../../lib/packer-version.ts";

export const duplicateDeclaration = (
  what: string,
  name: string,
  subject: SourceRange,
  context: SourceRange,
): Diagnostic =>
  error(
    "duplicate-declaration",
    { subject, context },
    `Duplicate ${what}`,
    `The ${what} "${name}" is declared already, in ${context.file.name}. Remove or rename one of the two.`,
  );

export const invalidName = (what: string, name: string, subject: SourceRange): Diagnostic =>
  error(
    "invalid-name",
    subject,
    "Invalid name",
    `"${name}" cannot be the name of an ${what}: a name is made of letters, digits, "_" and "-", and begins with a letter or "_".`.replace(
      "an local",
      "a local",
    ),
  );

export const blockInShorthand = (type: string, inner: Block): Diagnostic =>
  error(
    "unknown-block",
    inner.headerRange,
    "Unsupported block type",
    `A "${type}" block holds arguments (name = value), not blocks. If "${inner.type}" is a value, write ${inner.type} = { … }.`,
  );

export const invalidConstraint = (subject: SourceRange): Diagnostic =>
  error(
    "invalid-version-constraint",
    subject,
    "Invalid version constraint",
    'A version constraint is a text such as ">= 1.7.0, < 2.0.0" or "~> 1.2".',
  );

export const preReleaseConstraint = (subject: SourceRange): Diagnostic =>
  error(
    "invalid-version-constraint",
    subject,
    "Invalid version constraint",
    "A constraint of a plugin names releases only. A development build counts as the release it is going to be.",
  );

interface WrittenSource {
  readonly text: string;
  readonly range: SourceRange;
}

export function invalidSource(
  { text, range }: WrittenSource,
  problems: readonly string[],
  meant: string | undefined,
): Diagnostic {
  const hint = meant === undefined ? `An address looks like "${EXAMPLE_SOURCE}".` : `Did you mean "${meant}"?`;
  const detail = `"${text}" is no address of a plugin. ${problems.join(" ")} ${hint}`;
  const found = error("invalid-plugin-source", range, "Invalid plugin source", detail);
  return meant === undefined ? found : { ...found, edits: correction(range, text, meant) };
}

export const unsupportedVersion = (constraint: string, subject: SourceRange): Diagnostic =>
  error(
    "unsupported-version",
    subject,
    "Unsupported Packer version",
    `The template asks for Packer ${constraint}. imgbuild is compatible with Packer ${COMPATIBLE_PACKER_VERSION}.`,
  );

export const duplicatePlugin = (name: string, subject: SourceRange, context: SourceRange | undefined): Diagnostic =>
  error(
    "duplicate-declaration",
    { subject, context },
    "Duplicate required plugin",
    `The plugin "${name}" is required already. Remove one of the two.`,
  );

/** `members`: where the names in the braces stand, if it has any; `text`: a text in their place. */
export function invalidPlugin(
  { name, expression }: Attribute,
  members: ReadonlyMap<string, SourceRange> | undefined,
  text: string | undefined,
): Diagnostic {
  const example = text?.includes("/") ? text : `github.com/hashicorp/${name}`;
  const form = `A required plugin is written: ${name} = { source = "${example}", version = ">= 1.0.0" }.`;
  const [unknown, subject = expression.range] =
    [...(members ?? [])].find(([member]) => member !== "source" && member !== "version") ?? [];
  const missing = ["source", "version"].filter((member) => members && !members.has(member));
  const absent = missing.length > 0 ? `It has no ${missing.join(" and no ")}. ` : "";
  const problem = unknown === undefined ? absent : `"${unknown}" is not expected here. `;
  return error("invalid-required-plugin", subject, "Invalid plugin requirement", `${problem}${form}`);
}

export const notAPlugin = (subject: SourceRange): Diagnostic =>
  error(
    "invalid-required-plugin",
    subject,
    "Invalid plugin requirement",
    "Plugins are required by arguments (name = { … }), not by blocks. Add the equals sign.",
  );
