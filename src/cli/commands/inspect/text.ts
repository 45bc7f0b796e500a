import { formatValue, quote } from "../../../language/format-value.ts";
import { isKnown, isNull, textOf, type Value } from "../../../language/value.ts";
import type { BuildPlan, InputVariable, Template } from "../../../template/model.ts";
import { blocksOf, sensitiveText, type BuildBlock } from "./build-blocks.ts";

/** As Packer's `inspect` prints an HCL2 template, line for line. */
export function inspectHcl2(template: Template): string {
  const sorted = <Named extends { readonly name: string }>(items: readonly Named[]) =>
    [...items].sort((a, b) => (a.name < b.name ? -1 : 1));
  const variables = sorted(template.variables).map(
    ({ name, sensitive, value }) => `var.${name}: ${shown(value, sensitive)}\n`,
  );
  const locals = sorted(template.locals).map(
    ({ name, sensitive, value }) => `local.${name}: ${shown(value, sensitive)}\n`,
  );
  const blocks = blocksOf(template.builds).map((block, index) => describeBlock(block, index));
  return [
    "Packer Inspect: HCL2 mode\n\n",
    "> input-variables:\n\n",
    ...variables,
    "\n> local-variables:\n\n",
    ...locals,
    "\n> builds:\n\n",
    ...blocks,
  ].join("");
}

function shown(value: Value, sensitive: boolean): string {
  if (sensitive) return quote(sensitiveText);
  if (isKnown(value) && !isNull(value) && value.type.kind === "string") return quote(textOf(value));
  return quote(formatValue(value));
}

function describeBlock({ name, description, plans }: BuildBlock, index: number): string {
  const [first] = plans;
  const title = name === undefined ? `<unnamed build ${index}>` : name;
  const provisioners = first!.provisioners.map(
    ({ type, name: own }) => `      ${own === undefined ? type : `${type}.${own}`}\n`,
  );
  return [
    `  > ${title}:\n\n`,
    description ? `  > Description: ${description}\n\n` : "",
    "    sources:\n\n",
    ...plans.map(({ identity }) => `      ${identity.builderType}.${identity.sourceName}\n\n`),
    "    provisioners:\n\n",
    ...(provisioners.length > 0 ? provisioners : ["      <no provisioner>\n"]),
    "\n    post-processors:\n\n",
    ...describeChains(first!),
  ].join("");
}

function describeChains({ chains }: BuildPlan): string[] {
  if (chains.length === 0) return ["      <no post-processor>\n\n"];
  return chains.map((chain, index) => {
    const links = chain.map(
      ({ type, name }) => `        ${name === undefined || name === type ? type : `${type}.${name}`}\n`,
    );
    return `      ${index}:\n${links.join("")}\n`;
  });
}

/** As Packer's `inspect` prints a legacy JSON template. */
export function inspectJson(template: Template): string {
  const required = template.variables.filter((variable) => variable.required);
  const optional = template.variables.filter((variable) => !variable.required);
  const width = Math.max(0, ...template.variables.map(({ name }) => name.length));
  const provisioners = new Set(template.builds.flatMap((plan) => plan.provisioners.map(({ type }) => type)));
  return [
    "Packer Inspect: JSON mode\n",
    template.description ? `Description:\n\n${template.description}\n\n` : "",
    required.length > 0 ? `Required variables:\n\n${required.map(({ name }) => `  ${name}\n`).join("")}\n` : "",
    "Optional variables and their defaults:\n\n",
    ...(optional.length > 0
      ? optional.map((variable) => `  ${variable.name.padEnd(width)} = ${plain(variable)}\n`)
      : ["  <No variables>\n"]),
    "\nBuilders:\n\n",
    ...builderLines(template.builds),
    "\nProvisioners:\n\n",
    ...(provisioners.size > 0 ? [...provisioners].map((type) => `  ${type}\n`) : ["  <No provisioners>\n"]),
    "\nNote: If your build names contain user variables or template\nfunctions such as 'timestamp', these are processed at build time,\nand therefore only show in their raw form here.\n",
  ].join("");
}

export function plain({ value, sensitive }: InputVariable): string {
  if (sensitive) return sensitiveText;
  return isKnown(value) && !isNull(value) && value.type.kind === "string" ? textOf(value) : formatValue(value);
}

function builderLines(plans: readonly BuildPlan[]): string[] {
  const width = Math.max(0, ...plans.map(({ identity }) => identity.sourceName.length));
  const sorted = plans.map(({ identity }) => identity).sort((a, b) => (a.sourceName < b.sourceName ? -1 : 1));
  return sorted.map(({ sourceName, builderType }) =>
    sourceName === builderType ? `  ${sourceName}\n` : `  ${sourceName.padEnd(width)} (${builderType})\n`,
  );
}
