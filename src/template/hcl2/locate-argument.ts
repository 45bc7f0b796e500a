import type { Expression, ObjectItem } from "../../language/ast.ts";
import type { ScopedBody } from "../../language/dynamic-blocks.ts";
import type { SourceRange } from "../../language/source.ts";
import type { ArgumentPath } from "../given-arguments.ts";

type Part = "name" | "value";

/** Where in the text the argument at `path` is: as deep as the text is literal. */
export function locate(body: ScopedBody, path: ArgumentPath, part: Part): SourceRange | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return undefined;
  const attribute = body.attributes.find((candidate) => candidate.name === name);
  if (!attribute) return locateBlock(body, String(name), rest, part);
  if (rest.length > 0) return locateInside(attribute.expression, rest, part);
  return part === "name" ? attribute.nameRange : attribute.expression.range;
}

function locateBlock(body: ScopedBody, type: string, path: ArgumentPath, part: Part): SourceRange | undefined {
  // A path without an index means the first block.
  const [index, ...inner] = typeof path[0] === "number" ? path : [0, ...path];
  const block = body.blocks.filter((candidate) => candidate.type === type)[Number(index)];
  if (!block) return undefined;
  return locate(block.body, inner, part) ?? block.headerRange;
}

/** Where in an expression its part at `path` is. */
export function locateInside(expression: Expression, path: ArgumentPath, part: Part): SourceRange {
  const [step, ...rest] = path;
  if (expression.kind === "parentheses") return locateInside(expression.expression, path, part);
  if (step === undefined) return expression.range;
  const found = expression.kind === "tuple" ? expression.items[Number(step)] : undefined;
  if (found) return locateInside(found, rest, part);
  if (expression.kind !== "object") return expression.range;
  // A lone object stands for a list of one.
  if (typeof step === "number") return locateInside(expression, rest, part);
  const item = expression.items.find((candidate) => keyOf(candidate) === step);
  if (!item) return expression.range;
  if (rest.length === 0 && part === "name") return item.key.range;
  return locateInside(item.value, rest, part);
}

function keyOf({ bareKey, key }: ObjectItem): string | undefined {
  return bareKey ?? constantText(key);
}

/** The text of a string literal without interpolation. */
export function constantText(expression: Expression): string | undefined {
  if (expression.kind !== "template") return undefined;
  const [part, ...others] = expression.parts;
  if (!part) return "";
  if (others.length > 0 || part.kind !== "text") return undefined;
  return part.text;
}
