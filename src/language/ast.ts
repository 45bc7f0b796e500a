import type { SourceRange } from "./source.ts";

/**
 * The tree both syntaxes (native HCL and HCL JSON) are parsed into.
 * Every node carries the range of its own text. The tree is plain data: no methods, no parents.
 * Source: HCL native syntax specification (hclsyntax/spec.md of hashicorp/hcl v2, MPL-2.0; facts only).
 */

export interface Body {
  readonly kind: "body";
  /** In source order. A name defined twice keeps its first attribute; the parser reports the second. */
  readonly attributes: readonly Attribute[];
  /** In source order, across types: the order of provisioners matters. */
  readonly blocks: readonly Block[];
  readonly range: SourceRange;
  /** An empty range just before the closing brace or end of file: where "missing argument" points. */
  readonly endRange: SourceRange;
}

export interface Attribute {
  readonly kind: "attribute";
  readonly name: string;
  readonly nameRange: SourceRange;
  readonly expression: Expression;
  readonly range: SourceRange;
}

export interface Block {
  readonly kind: "block";
  readonly type: string;
  readonly typeRange: SourceRange;
  readonly labels: readonly Label[];
  readonly body: Body;
  /** From the type keyword to the closing brace. */
  readonly range: SourceRange;
  /** The header only: type and labels. What messages about the block as a whole underline. */
  readonly headerRange: SourceRange;
}

export interface Label {
  readonly value: string;
  readonly range: SourceRange;
}

export type Expression =
  | Literal
  | TemplateExpression
  | TemplateWrap
  | TupleExpression
  | ObjectExpression
  | Variable
  | GetAttribute
  | Index
  | Splat
  | FunctionCall
  | Unary
  | Binary
  | Conditional
  | Parenthesized
  | ForTuple
  | ForObject
  | ErrorExpression;

interface Node<Kind extends string> {
  readonly kind: Kind;
  readonly range: SourceRange;
}

/** A number (kept as its source text, so no digit is lost), `true`, `false` or `null`. */
export interface Literal extends Node<"literal"> {
  readonly value:
    | { readonly type: "number"; readonly text: string }
    | { readonly type: "bool"; readonly value: boolean }
    | { readonly type: "null" };
}

/** A quoted template or heredoc, escapes, strip markers and indentation already applied. */
export interface TemplateExpression extends Node<"template"> {
  readonly parts: readonly TemplatePart[];
  readonly heredoc: boolean;
}

/** `"${x}"` alone: passes the value of `x` through unconverted. */
export interface TemplateWrap extends Node<"template-wrap"> {
  readonly expression: Expression;
}

export type TemplatePart = TemplateText | TemplateInterpolation | TemplateIf | TemplateFor;
export interface TemplateText extends Node<"text"> {
  readonly text: string;
}
export interface TemplateInterpolation extends Node<"interpolation"> {
  readonly expression: Expression;
}
export interface TemplateIf extends Node<"if"> {
  readonly condition: Expression;
  readonly then: readonly TemplatePart[];
  readonly else: readonly TemplatePart[];
}
export interface TemplateFor extends Node<"for"> {
  readonly keyName?: string | undefined;
  readonly valueName: string;
  readonly collection: Expression;
  readonly body: readonly TemplatePart[];
}

export interface TupleExpression extends Node<"tuple"> {
  readonly items: readonly Expression[];
}

export interface ObjectExpression extends Node<"object"> {
  readonly items: readonly ObjectItem[];
}
export interface ObjectItem {
  /** A bare-word key is a `bareKey`; anything else (string, parenthesised or computed) is an expression. */
  readonly key: Expression;
  readonly bareKey?: string | undefined;
  readonly value: Expression;
  readonly range: SourceRange;
}

/** A root name: `var` in `var.region`, or a `for` variable. */
export interface Variable extends Node<"variable"> {
  readonly name: string;
}

/** `object.name` */
export interface GetAttribute extends Node<"get-attribute"> {
  readonly object: Expression;
  readonly name: string;
  readonly nameRange: SourceRange;
}

/** `collection[key]`, and the legacy `collection.0` (then `legacy` is true and `key` is a number literal). */
export interface Index extends Node<"index"> {
  readonly collection: Expression;
  readonly key: Expression;
  readonly legacy: boolean;
}

/**
 * `source.*` (attribute splat) or `source[*]` (full splat). `each` is the rest of the chain applied to every element:
 * an expression whose innermost operand is `{ kind: "variable", name: SPLAT_ITEM }`.
 */
export interface Splat extends Node<"splat"> {
  readonly source: Expression;
  readonly style: "attribute" | "full";
  readonly each: Expression;
}
/** Not a legal identifier, so it cannot collide with a name in the text. */
export const SPLAT_ITEM = "*";

export interface FunctionCall extends Node<"call"> {
  readonly name: string;
  readonly nameRange: SourceRange;
  readonly args: readonly Expression[];
  /** The last argument is followed by `...`. */
  readonly expandFinal: boolean;
}

export type UnaryOperator = "!" | "-";
export interface Unary extends Node<"unary"> {
  readonly operator: UnaryOperator;
  readonly operand: Expression;
}

export type BinaryOperator = "||" | "&&" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%";
export interface Binary extends Node<"binary"> {
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Conditional extends Node<"conditional"> {
  readonly condition: Expression;
  readonly then: Expression;
  readonly else: Expression;
}

export interface Parenthesized extends Node<"parentheses"> {
  readonly expression: Expression;
}

interface ForCommon {
  readonly keyName?: string | undefined;
  readonly valueName: string;
  readonly collection: Expression;
  readonly condition?: Expression | undefined;
}
export interface ForTuple extends Node<"for-tuple">, ForCommon {
  readonly value: Expression;
}
export interface ForObject extends Node<"for-object">, ForCommon {
  readonly key: Expression;
  readonly value: Expression;
  /** `...` after the value: values of equal keys are collected in a tuple. */
  readonly grouped: boolean;
}

/** Stands where an expression could not be parsed (already reported). Evaluates to an unknown value, silently. */
export interface ErrorExpression extends Node<"error"> {}
