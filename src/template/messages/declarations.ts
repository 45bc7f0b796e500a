import type { Block } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
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

export const invalidSource = (source: string, problems: readonly string[], subject: SourceRange): Diagnostic =>
  error(
    "invalid-plugin-source",
    subject,
    "Invalid plugin source",
    `"${source}" is no address of a plugin. ${problems.join(" ")} An address looks like "${EXAMPLE_SOURCE}".`,
  );

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

export const invalidPlugin = (name: string, subject: SourceRange): Diagnostic =>
  error(
    "invalid-required-plugin",
    subject,
    "Invalid plugin requirement",
    `A required plugin is written: ${name} = { source = "github.com/hashicorp/${name}", version = ">= 1.0.0" }.`,
  );

export const notAPlugin = (subject: SourceRange): Diagnostic =>
  error(
    "invalid-required-plugin",
    subject,
    "Invalid plugin requirement",
    "Plugins are required by arguments (name = { … }), not by blocks. Add the equals sign.",
  );
