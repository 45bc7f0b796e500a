import { didYouMean } from "../../../lib/did-you-mean.ts";
import { functionReference } from "../../../language/functions/catalog.ts";
import { describeFunction, listByGroup } from "../../function-text.ts";

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
