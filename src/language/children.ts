import type { Expression, ForObject, ForTuple, ObjectItem, TemplatePart } from "./ast.ts";

/** A direct part of an expression, and the names its evaluation adds to the scope (`for` variables, the splat item). */
export interface ChildExpression {
  readonly expression: Expression;
  readonly binds: readonly string[];
}

const NO_NAMES: readonly string[] = [];
const plain = (expression: Expression): ChildExpression => ({ expression, binds: NO_NAMES });

/** The direct parts of an expression in source order. */
export function childExpressions(node: Expression): readonly ChildExpression[] {
  switch (node.kind) {
    case "literal":
    case "variable":
    case "error":
      return [];
    case "template":
      return node.parts.flatMap((part) => partChildren(part, NO_NAMES));
    case "template-wrap":
    case "parentheses":
      return [plain(node.expression)];
    case "tuple":
      return node.items.map(plain);
    case "object":
      return node.items.flatMap(itemExpressions).map(plain);
    case "get-attribute":
      return [plain(node.object)];
    case "index":
      return [plain(node.collection), plain(node.key)];
    case "splat":
      return [plain(node.source), plain(node.each)];
    case "call":
      return node.args.map(plain);
    case "unary":
      return [plain(node.operand)];
    case "binary":
      return [plain(node.left), plain(node.right)];
    case "conditional":
      return [node.condition, node.then, node.else].map(plain);
    case "for-tuple":
    case "for-object":
      return forChildren(node);
  }
}

/** A bare key is a name, not an expression. */
function itemExpressions({ key, bareKey, value }: ObjectItem): readonly Expression[] {
  return bareKey === undefined ? [key, value] : [value];
}

function forChildren(node: ForTuple | ForObject): readonly ChildExpression[] {
  const inner = [node.value];
  if (node.kind === "for-object") inner.unshift(node.key);
  if (node.condition) inner.push(node.condition);
  const binds = boundNames(node);
  return [plain(node.collection), ...inner.map((expression) => ({ expression, binds }))];
}

function boundNames({ keyName, valueName }: Pick<ForTuple, "keyName" | "valueName">): readonly string[] {
  return keyName === undefined ? [valueName] : [keyName, valueName];
}

function partChildren(part: TemplatePart, binds: readonly string[]): readonly ChildExpression[] {
  switch (part.kind) {
    case "text":
      return [];
    case "interpolation":
      return [{ expression: part.expression, binds }];
    case "if": {
      const branches = [...part.then, ...part.else].flatMap((inner) => partChildren(inner, binds));
      return [{ expression: part.condition, binds }, ...branches];
    }
    case "for": {
      const names = [...binds, ...boundNames(part)];
      return [{ expression: part.collection, binds }, ...part.body.flatMap((inner) => partChildren(inner, names))];
    }
  }
}
