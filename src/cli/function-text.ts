import type { FunctionDeclaration } from "../language/functions/definition.ts";
import { formatType } from "../language/type.ts";

/** The names of functions, a line for each group. */
export function listByGroup(functions: readonly FunctionDeclaration[]): string {
  const groups = new Map<string, FunctionDeclaration[]>();
  for (const each of functions) groups.set(each.group, [...(groups.get(each.group) ?? []), each]);
  const lines = [...groups].map(([group, members]) => `  ${group}: ${members.map(({ name }) => name).join(" ")}`);
  return lines.join("\n");
}

/** Signature, description and an example. */
export function describeFunction(definition: FunctionDeclaration): string {
  const { name, description, example } = definition;
  const signature = `${name}(${parameterList(definition)})${returnType(definition)}`;
  return `${signature}\n\n  ${description}\n\n  ${example[0]} = ${example[1]}`;
}

function parameterList({ parameters, variadic }: FunctionDeclaration): string {
  const names = parameters.map(({ name }) => name).filter((name) => name !== variadic?.name);
  if (variadic) names.push(`${variadic.name}...`);
  return names.join(", ");
}

/** Nothing where it depends on the arguments. */
function returnType(definition: FunctionDeclaration): string {
  if (definition.special || typeof definition.returns === "function") return "";
  return ` → ${formatType(definition.returns)}`;
}
