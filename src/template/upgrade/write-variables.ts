import type { LegacyTemplate } from "../json/legacy-template.ts";
import * as annotations from "./annotations.ts";
import { quoteHcl } from "./hcl-text.ts";
import type { VariableNames } from "./variable-names.ts";
import { writeText, type WriteContext } from "./write-body.ts";

export interface VariablesInput {
  readonly template: LegacyTemplate;
  readonly names: VariableNames;
  readonly context: WriteContext;
}

/** The `variable` blocks of the variables that the template declares. */
export function writeVariables({ template, names, context }: VariablesInput): readonly string[] {
  const declared = [...template.variables.keys()].filter((name) => !names.isLocal(name));
  return declared.flatMap((name) => {
    const value = names.defaultOf(name);
    const lines = [`variable ${quoteHcl(names.nameOf(name))} {`, "type = string"];
    if (value !== null) lines.push(`default = ${writeText(value, context)}`);
    return [...lines, ...sensitivity(name, template), "}", ""];
  });
}

interface UndeclaredInput extends Omit<VariablesInput, "context"> {
  /** Every variable that the template reads. */
  readonly read: Iterable<string>;
  readonly note: (text: string) => readonly string[];
}

/** JSON templates may use what nobody declares, and get an empty text; HCL2 templates declare everything. */
export function writeUndeclared({ template, names, read, note }: UndeclaredInput): readonly string[] {
  const undeclared = [...read].filter((name) => !template.variables.has(name));
  return undeclared.flatMap((name) => [
    ...note(annotations.undeclared),
    `variable ${quoteHcl(names.nameOf(name))} {`,
    "type = string",
    'default = ""',
    ...sensitivity(name, template),
    "}",
    "",
  ]);
}

/** The local values, those that are secret in blocks of their own; `more` are lines for the others. */
export function writeLocals(
  { template, names, context }: VariablesInput,
  more: () => readonly string[],
): readonly string[] {
  const plain: string[] = [];
  const secret: string[] = [];
  for (const [name, value] of template.variables) {
    if (!names.isLocal(name)) continue;
    const expression = writeText(value!, context);
    const sensitive = sensitivity(name, template);
    const own = names.nameOf(name);
    if (sensitive.length === 0) plain.push(`${own} = ${expression}`);
    else secret.push(`local ${quoteHcl(own)} {`, ...sensitive, `expression = ${expression}`, "}", "");
  }
  const lines = [...more(), ...plain];
  const block = lines.length === 0 ? [] : ["locals {", ...lines, "}", ""];
  return [...block, ...secret];
}

function sensitivity(name: string, { sensitiveVariables }: LegacyTemplate): readonly string[] {
  return sensitiveVariables.includes(name) ? ["sensitive = true"] : [];
}
