import { formatValue, quote } from "../../../language/format-value.ts";
import {
  childrenOf,
  isKnown,
  isNull,
  itemsOf,
  objectValue,
  stringValue,
  textOf,
  tupleValue,
  type Value,
} from "../../../language/value.ts";
import type { BuildPlan, InputVariable, Template } from "../../../template/model.ts";
import { sortedBy } from "../../sorted-by.ts";
import { allSteps } from "./all-steps.ts";
import { blocksOf, sensitiveText, type BuildBlock } from "./build-blocks.ts";

/** As Packer's `inspect` prints an HCL2 template, line for line. */
export function inspectHcl2(template: Template): string {
  return [
    "Packer Inspect: HCL2 mode\n\n",
    "> input-variables:\n\n",
    ...sortedByName(template.variables).map((variable) => `var.${variable.name}: ${quoted(variable)}\n`),
    "\n> local-variables:\n\n",
    ...sortedByName(template.locals).map((local) => `local.${local.name}: ${quoted(local)}\n`),
    "\n> builds:\n\n",
    ...blocksOf(template.builds).map(describeBlock),
  ].join("");
}

function sortedByName<Named extends { readonly name: string }>(items: readonly Named[]): readonly Named[] {
  return sortedBy(items, ({ name }) => name);
}

type ShownValue = Pick<InputVariable, "value" | "written" | "sensitive">;

const quoted = (shown: ShownValue): string => quote(plain(shown));

/** A text as it is; everything else as it would be written in a template. Of a legacy template, what it says itself. */
export function plain({ value, written, sensitive }: ShownValue): string {
  if (sensitive) return formatHidden(value);
  if (written !== undefined) return written;
  const isText = isKnown(value) && !isNull(value) && value.type.kind === "string";
  return isText ? textOf(value) : formatValue(value);
}

/** Of a collection each item is hidden by itself. */
function formatHidden(value: Value): string {
  const items = isKnown(value) && !isNull(value) ? childrenOf(value) : [];
  return items.length === 0 ? sensitiveText : formatValue(hideItems(value));
}

function hideItems(value: Value): Value {
  const { content } = value;
  if (content instanceof Map) {
    const entries = [...(content as ReadonlyMap<string, Value>)];
    return objectValue(entries.map(([name, item]) => [name, hideItems(item)] as const));
  }
  if (Array.isArray(content)) return tupleValue(itemsOf(value).map(hideItems));
  return stringValue(sensitiveText);
}

function describeBlock({ name, description, plans }: BuildBlock, index: number): string {
  const { provisioners, chains } = allSteps(plans);
  const title = name ?? `<unnamed build ${index}>`;
  return [
    `  > ${title}:\n\n`,
    lineIf(description, (text) => `  > Description: ${text}\n\n`),
    "    sources:\n\n",
    ...plans.map(({ identity }) => `      ${identity.builderType}.${identity.sourceName}\n\n`),
    "    provisioners:\n\n",
    ...orNone(provisioners.map(describeProvisioner), "      <no provisioner>\n"),
    "\n    post-processors:\n\n",
    ...orNone(chains.map(describeChain), "      <no post-processor>\n\n"),
  ].join("");
}

const lineIf = (text: string | undefined, line: (text: string) => string): string => (text ? line(text) : "");
const orNone = (lines: readonly string[], none: string): readonly string[] => (lines.length > 0 ? lines : [none]);

function describeProvisioner({ type, name }: BuildPlan["provisioners"][number]): string {
  return `      ${stepLabel(type, name)}\n`;
}

function stepLabel(type: string, name: string | undefined): string {
  if (name === undefined) return type;
  return `${type}.${name}`;
}

function describeChain(chain: BuildPlan["chains"][number], index: number): string {
  const links = chain.map(({ type, name }) => {
    const label = name === type ? type : stepLabel(type, name);
    return `        ${label}\n`;
  });
  return `      ${index}:\n${links.join("")}\n`;
}

/** As Packer's `inspect` prints a legacy JSON template. */
export function inspectJson(template: Template): string {
  const { description, variables, builds } = template;
  return [
    "Packer Inspect: JSON mode\n",
    lineIf(description, (text) => `Description:\n\n${text}\n\n`),
    ...requiredLines(variables),
    variables.length === 0 ? "Variables:\n\n  <No variables>\n" : "Optional variables and their defaults:\n\n",
    ...optionalLines(variables),
    "\nBuilders:\n\n",
    ...orNone(builderLines(builds), "  <No builders>\n"),
    "\nProvisioners:\n\n",
    ...orNone(
      provisionerTypes(template).map((type) => `  ${type}\n`),
      "  <No provisioners>\n",
    ),
    "\nNote: If your build names contain user variables or template\nfunctions such as 'timestamp', these are processed at build time,\nand therefore only show in their raw form here.\n",
  ].join("");
}

/** Each once, in the order of the template. */
export function provisionerTypes({ builds, provisionerTypes: all }: Template): readonly string[] {
  return [...new Set(all ?? builds.flatMap((plan) => plan.provisioners.map(({ type }) => type)))];
}

function requiredLines(variables: readonly InputVariable[]): readonly string[] {
  const required = variables.filter((variable) => variable.required);
  if (required.length === 0) return [];
  return ["Required variables:\n\n", ...required.map(({ name }) => `  ${name}\n`), "\n"];
}

function optionalLines(variables: readonly InputVariable[]): readonly string[] {
  const width = Math.max(0, ...variables.map(({ name }) => name.length));
  const optional = variables.filter((variable) => !variable.required);
  return optional.map((variable) => `  ${variable.name.padEnd(width)} = ${plain(variable)}\n`);
}

function builderLines(plans: readonly BuildPlan[]): readonly string[] {
  const builders = plans.map((plan) => ({ name: builderName(plan), type: plan.identity.builderType }));
  const width = Math.max(0, ...builders.map(({ name }) => name.length));
  return sortedByName(builders).map(({ name, type }) => {
    if (name === type) return `  ${name}\n`;
    return `  ${name.padEnd(width)} (${type})\n`;
  });
}

/** As the template has it. */
export const builderName = ({ writtenName, identity }: BuildPlan): string => writtenName ?? identity.sourceName;
