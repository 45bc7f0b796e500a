/**
 * The tree of a template in the language of Go's text/template. Plain data; every node knows its range in the text.
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

interface SpannedNode<Kind extends string> extends Span {
  readonly kind: Kind;
}

export type TemplateNode =
  | TextNode
  | (SpannedNode<"action"> & { readonly pipeline: TemplatePipeline })
  | BranchNode
  | RangeNode
  | SpannedNode<"break">
  | SpannedNode<"continue">
  | InvokeNode;

interface TextNode extends SpannedNode<"text"> {
  readonly text: string;
}

/** `if` and `with`, which differ in what they do to the dot. */
interface BranchNode extends SpannedNode<"if" | "with"> {
  readonly pipeline: TemplatePipeline;
  readonly then: readonly TemplateNode[];
  readonly else: readonly TemplateNode[];
}

export interface RangeNode extends SpannedNode<"range"> {
  readonly pipeline: TemplatePipeline;
  readonly body: readonly TemplateNode[];
  readonly else: readonly TemplateNode[];
}

/** `{{ template "name" pipeline }}` */
interface InvokeNode extends SpannedNode<"template"> {
  readonly name: string;
  readonly pipeline: TemplatePipeline | undefined;
}

export interface TemplatePipeline extends Span {
  /** `$x :=`, or `$i, $e :=` in a range. */
  readonly variables: readonly string[];
  /** `=` assigns to existing variables; `:=` declares new ones. */
  readonly assigns: boolean;
  readonly commands: readonly PipelineCommand[];
}

/** The first operand may be a function; the rest are its arguments. */
export interface PipelineCommand extends Span {
  readonly operands: readonly Operand[];
}

export type Operand =
  | (SpannedNode<"literal"> & { readonly value: string | number | boolean })
  | SpannedNode<"nil">
  | SpannedNode<"dot">
  | (SpannedNode<"function"> & { readonly name: string })
  | (SpannedNode<"variable"> & { readonly name: string })
  | (SpannedNode<"pipeline"> & { readonly pipeline: TemplatePipeline })
  /** `.a.b`, `$x.a`, `(…).a` */
  | (SpannedNode<"field"> & { readonly of: Operand; readonly name: string });
