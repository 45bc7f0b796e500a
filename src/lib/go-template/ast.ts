/**
 * The tree of a template in the language of Go's text/template. Plain data; every node knows its stretch of the text.
 * Source: the package documentation of Go's text/template and text/template/parse (facts only).
 */
export interface GoTemplate {
  readonly text: string;
  readonly body: readonly TemplateNode[];
  /** Made by `define` and `block`. */
  readonly definitions: ReadonlyMap<string, readonly TemplateNode[]>;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

interface Node<Kind extends string> extends Span {
  readonly kind: Kind;
}

export type TemplateNode =
  | TextNode
  | (Node<"action"> & { readonly pipeline: Pipeline })
  | BranchNode
  | RangeNode
  | Node<"break">
  | Node<"continue">
  | InvokeNode;

interface TextNode extends Node<"text"> {
  readonly text: string;
}

/** `if` and `with`, which differ in what they do to the dot. */
interface BranchNode extends Node<"if" | "with"> {
  readonly pipeline: Pipeline;
  readonly then: readonly TemplateNode[];
  readonly else: readonly TemplateNode[];
}

export interface RangeNode extends Node<"range"> {
  readonly pipeline: Pipeline;
  readonly body: readonly TemplateNode[];
  readonly else: readonly TemplateNode[];
}

/** `{{ template "name" pipeline }}` */
interface InvokeNode extends Node<"template"> {
  readonly name: string;
  readonly pipeline: Pipeline | undefined;
}

export interface Pipeline extends Span {
  /** `$x :=`, or `$i, $e :=` in a range. */
  readonly variables: readonly string[];
  /** `=` assigns to variables there are; `:=` declares. */
  readonly assigns: boolean;
  readonly commands: readonly Command[];
}

/** The first operand may be a function; the rest are its arguments. */
export interface Command extends Span {
  readonly operands: readonly Operand[];
}

export type Operand =
  | (Node<"literal"> & { readonly value: string | number | boolean })
  | Node<"nil">
  | Node<"dot">
  | (Node<"function"> & { readonly name: string })
  | (Node<"variable"> & { readonly name: string })
  | (Node<"pipeline"> & { readonly pipeline: Pipeline })
  /** `.a.b`, `$x.a`, `(…).a` */
  | (Node<"field"> & { readonly of: Operand; readonly name: string });
