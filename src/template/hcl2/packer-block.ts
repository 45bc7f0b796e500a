import type { Attribute, Block, Expression } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { parseVersionConstraint, satisfies } from "../../lib/version-constraint.ts";
import type { SourceRange } from "../../language/source.ts";
import { meantPluginSource, parsePluginSource } from "../../sdk/plugin-source.ts";
import {
  duplicatePlugin,
  invalidConstraint,
  invalidPlugin,
  invalidSource,
  notAPlugin,
  preReleaseConstraint,
  unsupportedVersion,
} from "../messages/declarations.ts";
import type { RequiredPlugin } from "../model.ts";
import { COMPATIBLE_PACKER_VERSION } from "../../lib/packer-version.ts";
import { checkShape } from "./check-shape.ts";
import { constantText } from "./locate-argument.ts";

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
  const text = constantText(expression) ?? "";
  const constraint = parseVersionConstraint(text);
  if (!constraint) diagnostics.push(invalidConstraint(expression.range));
  else if (!satisfies(COMPATIBLE_PACKER_VERSION, constraint))
    diagnostics.push(unsupportedVersion(text, expression.range));
}

function readPlugin(attribute: Attribute, plugins: Map<string, RequiredPlugin>, diagnostics: Diagnostic[]): void {
  const { name, nameRange, expression } = attribute;
  const first = plugins.get(name);
  if (first) {
    diagnostics.push(duplicatePlugin(name, nameRange, first.range));
    return;
  }
  const members = pluginMembers(expression);
  const source = members?.get("source");
  const version = members?.get("version");
  if (members?.size !== 2 || !source || !version) {
    diagnostics.push(invalidPlugin(attribute, membersAt(members), constantText(expression)));
    return;
  }
  diagnostics.push(...constraintProblems(version));
  const parsed = parsePluginSource(source.text);
  if ("problems" in parsed) diagnostics.push(invalidSource(source, parsed.problems, meantPluginSource(source.text)));
  plugins.set(name, { name, source: source.text, version: version.text, range: nameRange, sourceRange: source.range });
}

function constraintProblems({ text, range }: PlacedText): readonly Diagnostic[] {
  const constraint = parseVersionConstraint(text);
  if (!constraint) return [invalidConstraint(range)];
  const isOfDevelopment = constraint.some((condition) => condition.version.preRelease !== "");
  return isOfDevelopment ? [preReleaseConstraint(range)] : [];
}

/** The members of an object when all are plain texts. */
function pluginMembers(expression: Expression): ReadonlyMap<string, PlacedText> | undefined {
  if (expression.kind !== "object") return undefined;
  const members = new Map<string, PlacedText>();
  for (const { bareKey, key, value } of expression.items) {
    const name = bareKey ?? constantText(key);
    const text = constantText(value);
    if (name === undefined || text === undefined) return undefined;
    members.set(name, { text, range: value.range, nameRange: key.range });
  }
  return members;
}

const membersAt = (
  members: ReadonlyMap<string, PlacedText> | undefined,
): ReadonlyMap<string, SourceRange> | undefined =>
  members && new Map([...members].map(([name, { nameRange }]) => [name, nameRange]));

interface PlacedText {
  readonly text: string;
  readonly range: SourceRange;
  readonly nameRange: SourceRange;
}
