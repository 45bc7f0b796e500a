import { functionReference } from "../../../language/functions/catalog.ts";
import type { FunctionDeclaration } from "../../../language/functions/definition.ts";
import { didYouMean } from "../../../lib/did-you-mean.ts";
import { describeFunction, listByGroup } from "../../function-text.ts";
import { UsageError } from "../../usage-error.ts";

interface FunctionDocs {
  readonly text: string;
  /** For programs. */
  readonly data: object;
}

/** `function`, `function NAME`, or a name that only a function has. */
export async function functionNamed(
  [first, second, ...others]: readonly string[],
  isComponent: (name: string) => boolean,
): Promise<FunctionDocs | undefined> {
  const isKind = first === "function" || first === "functions";
  const isPlain = first !== undefined && second === undefined && !isComponent(first);
  if (!isKind && !isPlain) return undefined;
  const all = await functionReference();
  if (isKind && second === undefined) return { text: listByGroup(all), data: all.map(functionData) };
  if (others.length > 0) throw new UsageError("docs function takes the name of a function");
  const name = isKind ? second : first;
  const found = all.find((one) => one.name === name);
  if (found) return { text: describeFunction(found), data: functionData(found) };
  if (!isKind) return undefined;
  const names = all.map((one) => one.name);
  throw new UsageError(
    `There is no function "${name}".${didYouMean(name!, names)}\nAll of them:\n    imgbuild docs function`,
  );
}

function functionData({ name, group, description, example }: FunctionDeclaration): object {
  return { kind: "function", name, group, description, example };
}
