import type { Attribute, Block, Expression } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import { EXAMPLE_SOURCE, parsePluginSource } from "../../sdk/plugin-source.ts";
import { error } from "../diagnostics.ts";
import type { RequiredPlugin } from "../model.ts";
import { COMPATIBLE_PACKER_VERSION } from "../packer-version.ts";
import { parseVersionConstraint, satisfies } from "../../lib/version-constraint.ts";
import { checkShape } from "./block-shape.ts";
import { constantText } from "./body-arguments.ts";

/** Checks `required_version`, and reads what `required_plugins` lists. */
export function readPackerBlocks(blocks: readonly Block[], diagnostics: Diagnostic[]): readonly RequiredPlugin[] {
  const plugins = new Map<string, RequiredPlugin>();
  for (const block of blocks) {
    const shape = { attributes: ["required_version"], blocks: { required_plugins: [] } };
    const shaped = checkShape(block.body, shape, 'in a "packer" block');
    diagnostics.push(...shaped.diagnostics);
    const version = shaped.attributes.get("required_version");
    if (version) checkRequiredVersion(version.expression, diagnostics);
    for (const { body } of shaped.blocks) {
      for (const inner of body.blocks) diagnostics.push(notAPlugin(inner.headerRange));
      for (const attribute of body.attributes) readPlugin(attribute, plugins, diagnostics);
    }
  }
  return [...plugins.values()];
}

function checkRequiredVersion(expression: Expression, diagnostics: Diagnostic[]): void {
  const text = constantText(expression);
  const constraint = text === undefined ? undefined : parseVersionConstraint(text);
  if (!constraint) diagnostics.push(invalidConstraint(expression.range));
  else if (!satisfies(COMPATIBLE_PACKER_VERSION, constraint))
    diagnostics.push(unsupportedVersion(text!, expression.range));
}

function readPlugin(attribute: Attribute, plugins: Map<string, RequiredPlugin>, diagnostics: Diagnostic[]): void {
  const { name, nameRange, expression } = attribute;
  const first = plugins.get(name);
  const members = expression.kind === "object" ? pluginMembers(expression) : undefined;
  const source = members?.get("source");
  const version = members?.get("version");
  if (first) diagnostics.push(duplicatePlugin(name, nameRange, first.range));
  else if (!members || members.size !== 2 || source === undefined || version === undefined) {
    diagnostics.push(invalidPlugin(name, expression.range));
  } else {
    const constraint = parseVersionConstraint(version);
    if (!constraint) diagnostics.push(invalidConstraint(expression.range));
    else if (constraint.some((condition) => condition.version.preRelease !== ""))
      diagnostics.push(preReleaseConstraint(expression.range));
    const parsed = parsePluginSource(source);
    if ("problems" in parsed) diagnostics.push(invalidSource(source, parsed.problems, expression.range));
    plugins.set(name, { name, source, version, range: nameRange });
  }
}

/** The members of the object when all are plain texts. */
function pluginMembers(expression: Extract<Expression, { kind: "object" }>): ReadonlyMap<string, string> | undefined {
  const members = new Map<string, string>();
  for (const { bareKey, key, value } of expression.items) {
    const name = bareKey ?? constantText(key);
    const text = constantText(value);
    if (name === undefined || text === undefined) return undefined;
    members.set(name, text);
  }
  return members;
}

const invalidConstraint = (subject: SourceRange): Diagnostic =>
  error(
    "invalid-version-constraint",
    "Invalid version constraint",
    'A version constraint is a text such as ">= 1.7.0, < 2.0.0" or "~> 1.2".',
    subject,
  );

const preReleaseConstraint = (subject: SourceRange): Diagnostic =>
  error(
    "invalid-version-constraint",
    "Invalid version constraint",
    "A constraint of a plugin names releases only. A development build counts as the release it is going to be.",
    subject,
  );

const invalidSource = (source: string, problems: readonly string[], subject: SourceRange): Diagnostic =>
  error(
    "invalid-plugin-source",
    "Invalid plugin source",
    `"${source}" is no address of a plugin. ${problems.join(" ")} An address looks like "${EXAMPLE_SOURCE}".`,
    subject,
  );

const unsupportedVersion = (constraint: string, subject: SourceRange): Diagnostic =>
  error(
    "unsupported-version",
    "Unsupported Packer version",
    `The template asks for Packer ${constraint}. imgbuild is compatible with Packer ${COMPATIBLE_PACKER_VERSION}.`,
    subject,
  );

const duplicatePlugin = (name: string, subject: SourceRange, context: SourceRange | undefined): Diagnostic =>
  error(
    "duplicate-declaration",
    "Duplicate required plugin",
    `The plugin "${name}" is required already. Remove one of the two.`,
    subject,
    { context },
  );

const invalidPlugin = (name: string, subject: SourceRange): Diagnostic =>
  error(
    "invalid-required-plugin",
    "Invalid plugin requirement",
    `A required plugin is written: ${name} = { source = "github.com/hashicorp/${name}", version = ">= 1.0.0" }.`,
    subject,
  );

const notAPlugin = (subject: SourceRange): Diagnostic =>
  error(
    "invalid-required-plugin",
    "Invalid plugin requirement",
    "Plugins are required by arguments (name = { … }), not by blocks. Add the equals sign.",
    subject,
  );
