import { didYouMean } from "../../../lib/did-you-mean.ts";
import type { FunctionDeclaration } from "../../../language/functions/definition.ts";
import { functionReference } from "../../../language/functions/catalog.ts";
import { formatType } from "../../../language/type.ts";

const introduction = `Type an expression to see its value. Brackets and heredocs may go on over several lines.

  variables      the input variables and local values, and their values
  help NAME      what a function does
  exit           leave (or press Ctrl-D)

Functions:
`;

/** The text of `help`, or of `help NAME`. */
export async function describeFunctions(name: string | undefined): Promise<string> {
  const functions = await functionReference();
  if (name === undefined) return introduction + listByGroup(functions);
  const found = functions.find((candidate) => candidate.name === name);
  if (found) return describeFunction(found);
  const names = functions.map((candidate) => candidate.name);
  return `There is no function named "${name}".${didYouMean(name, names)}`;
}

function listByGroup(functions: readonly FunctionDeclaration[]): string {
  const groups = new Map<string, FunctionDeclaration[]>();
  for (const each of functions) groups.set(each.group, [...(groups.get(each.group) ?? []), each]);
  const lines = [...groups].map(([group, members]) => `  ${group}: ${members.map(({ name }) => name).join(" ")}`);
  return lines.join("\n");
}

function describeFunction(definition: FunctionDeclaration): string {
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
