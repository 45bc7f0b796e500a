import type { BinaryOperator } from "../ast.ts";
import { TokenKind } from "../token.ts";

/** Binary operators by precedence, weakest first; all associate to the left. */
const LEVELS: readonly (readonly (readonly [TokenKind, BinaryOperator])[])[] = [
  [[TokenKind.Or, "||"]],
  [[TokenKind.And, "&&"]],
  [
    [TokenKind.EqualTo, "=="],
    [TokenKind.NotEqualTo, "!="],
  ],
  [
    [TokenKind.Less, "<"],
    [TokenKind.LessOrEqual, "<="],
    [TokenKind.Greater, ">"],
    [TokenKind.GreaterOrEqual, ">="],
  ],
  [
    [TokenKind.Plus, "+"],
    [TokenKind.Minus, "-"],
  ],
  [
    [TokenKind.Star, "*"],
    [TokenKind.Slash, "/"],
    [TokenKind.Percent, "%"],
  ],
];

const precedences = new Uint8Array(64);
const operators: (BinaryOperator | undefined)[] = [];
LEVELS.forEach((level, index) => {
  for (const [kind, operator] of level) {
    precedences[kind] = index + 1;
    operators[kind] = operator;
  }
});

/** From 1 (`||`) to 6 (`*`); 0 for a token that is not a binary operator. */
export function precedenceOf(kind: TokenKind): number {
  return precedences[kind]!;
}

export function operatorOf(kind: TokenKind): BinaryOperator {
  return operators[kind]!;
}
