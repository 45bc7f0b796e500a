import { didYouMean } from "../did-you-mean.ts";
import { ActionParser } from "./action-parser.ts";
import type { GoTemplate, TemplatePipeline, TemplateNode } from "./ast.ts";
import { builtins } from "./builtins.ts";
import { GoTemplateError } from "./error.ts";
import { unquote } from "./literal.ts";
import { scan, type Token } from "./scanner.ts";

export interface ParseOptions {
  /** Names of functions beyond the built-in ones. Absent: any function name is accepted until it is called. */
  readonly functions?: Iterable<string> | undefined;
}

/** Parses a template of Go's text/template language. @throws GoTemplateError at the first mistake. */
export function parseGoTemplate(text: string, options: ParseOptions = {}): GoTemplate {
  const known = options.functions && new Set([...options.functions, ...builtins.keys()]);
  const parser = new TemplateParser(scan(text), (name, token) => {
    if (!known || known.has(name)) return;
    throw new GoTemplateError(`there is no function "${name}".${didYouMean(name, [...known])}`, token);
  });
  const body = parser.parseTop();
  return { text, body, definitions: parser.definitions };
}

/** Blocks in blocks deeper than this are refused rather than risking the stack. */
const MAX_DEPTH = 500;

type CheckFunction = (name: string, token: Token) => void;
interface NestedNodes {
  readonly nodes: readonly TemplateNode[];
  /** The word that ended the block: `end`, `else` or nothing at the end of the text. */
  readonly ended: string;
}

class TemplateParser {
  readonly definitions = new Map<string, readonly TemplateNode[]>();
  readonly #actions: ActionParser;
  #depth = 0;
  #loops = 0;

  constructor(tokens: readonly Token[], checkFunction: CheckFunction) {
    this.#actions = new ActionParser(tokens, checkFunction);
  }

  parseTop(): readonly TemplateNode[] {
    const { nodes, ended } = this.#parseNodes();
    if (ended === "") return nodes;
    throw new GoTemplateError(`"{{${ended}}}" without the action it belongs to`, this.#actions.previous);
  }

  /** Nodes up to the next `end` or `else`, whose word (but not what follows it) is consumed. */
  #parseNodes(): NestedNodes {
    const nodes: TemplateNode[] = [];
    for (;;) {
      const token = this.#actions.next();
      if (token.kind === "end") return { nodes, ended: "" };
      if (token.kind === "text") nodes.push({ kind: "text", text: token.text, start: token.start, end: token.end });
      else {
        const word = this.#actions.peekWord();
        if (word === "end" || word === "else") {
          this.#actions.nextSolid();
          return { nodes, ended: word };
        }
        const node = this.#parseAction(word, token);
        if (node) nodes.push(node);
      }
    }
  }

  #parseAction(word: string | undefined, open: Token): TemplateNode | undefined {
    switch (word) {
      case "if":
      case "with":
        this.#actions.nextSolid();
        return this.#parseBranch(word, open);
      case "range":
        this.#actions.nextSolid();
        return this.#parseRange(open);
      case "break":
      case "continue":
        return this.#parseJump(word, open);
      case "define":
        this.#actions.nextSolid();
        return this.#parseDefine(open);
      case "template":
        this.#actions.nextSolid();
        return this.#parseInvoke(open);
      case "block":
        this.#actions.nextSolid();
        return this.#parseBlock(open);
      default: {
        const pipeline = this.#actions.parsePipeline();
        const { end } = this.#actions.expectClose();
        return { kind: "action", pipeline, start: open.start, end };
      }
    }
  }

  /** if = "if" pipeline nodes { "else" "if" pipeline nodes } [ "else" nodes ] "end"; `with` likewise. */
  #parseBranch(kind: "if" | "with", open: Token): TemplateNode {
    const outer = this.#actions.scopeDepth();
    const pipeline = this.#actions.parsePipeline();
    this.#actions.expectClose();
    const then = this.#nested(open);
    let otherwise: readonly TemplateNode[] = [];
    if (then.ended === "else") {
      if (this.#actions.peekWord() === kind) {
        this.#actions.nextSolid();
        otherwise = [this.#descend(open, () => this.#parseBranch(kind, open))];
        this.#actions.leaveScope(outer);
        return {
          kind,
          pipeline,
          then: then.nodes,
          else: otherwise,
          start: open.start,
          end: this.#actions.previous.end,
        };
      }
      otherwise = this.#parseElse(open);
    }
    const { end } = this.#actions.expectClose();
    this.#actions.leaveScope(outer);
    return { kind, pipeline, then: then.nodes, else: otherwise, start: open.start, end };
  }

  #parseRange(open: Token): TemplateNode {
    const outer = this.#actions.scopeDepth();
    const pipeline = this.#actions.parsePipeline({ range: true });
    this.#actions.expectClose();
    this.#loops++;
    const body = this.#nested(open);
    this.#loops--;
    const otherwise = body.ended === "else" ? this.#parseElse(open) : [];
    const { end } = this.#actions.expectClose();
    this.#actions.leaveScope(outer);
    return { kind: "range", pipeline, body: body.nodes, else: otherwise, start: open.start, end };
  }

  #parseElse(open: Token): readonly TemplateNode[] {
    this.#actions.expectClose();
    const { nodes, ended } = this.#nested(open);
    if (ended === "end") return nodes;
    throw new GoTemplateError('expected "{{end}}", found another "{{else}}"', this.#actions.previous);
  }

  #parseJump(word: "break" | "continue", open: Token): TemplateNode {
    const token = this.#actions.nextSolid();
    if (this.#loops === 0) throw new GoTemplateError(`"{{${word}}}" outside "{{range}}"`, token);
    const { end } = this.#actions.expectClose();
    return { kind: word, start: open.start, end };
  }

  #parseDefine(open: Token): undefined {
    if (this.#depth > 0) throw new GoTemplateError('"{{define}}" may only stand at the top level', open);
    const name = this.#parseName();
    this.#actions.expectClose();
    this.#define(name, open);
    this.#actions.expectClose();
  }

  #parseInvoke(open: Token): TemplateNode {
    const name = this.#parseName();
    const pipeline = this.#parseOptionalPipeline();
    const { end } = this.#actions.expectClose();
    return { kind: "template", name, pipeline, start: open.start, end };
  }

  /** `block` is `define` and `template` at once. */
  #parseBlock(open: Token): TemplateNode {
    const name = this.#parseName();
    const pipeline = this.#actions.parsePipeline();
    this.#actions.expectClose();
    this.#define(name, open);
    const { end } = this.#actions.expectClose();
    return { kind: "template", name, pipeline, start: open.start, end };
  }

  #define(name: string, open: Token): void {
    const outer = this.#actions.hideScope();
    const loops = this.#loops;
    this.#loops = 0;
    const { nodes, ended } = this.#nested(open);
    this.#loops = loops;
    this.#actions.restoreScope(outer);
    if (ended !== "end")
      throw new GoTemplateError('"{{else}}" without the action it belongs to', this.#actions.previous);
    this.definitions.set(name, nodes);
  }

  #nested(open: Token): NestedNodes {
    const block = this.#descend(open, () => this.#parseNodes());
    if (block.ended === "") throw new GoTemplateError('"{{end}}" is missing for this action', open);
    return block;
  }

  #descend<Result>(open: Token, parse: () => Result): Result {
    if (++this.#depth > MAX_DEPTH) throw new GoTemplateError(`blocks nested deeper than ${MAX_DEPTH} levels`, open);
    const result = parse();
    this.#depth--;
    return result;
  }

  #parseName(): string {
    const token = this.#actions.nextSolid();
    if (token.kind === "string") return String(unquote(token.text, token));
    throw new GoTemplateError("a template name in quotes is expected here", token);
  }

  #parseOptionalPipeline(): TemplatePipeline | undefined {
    return this.#actions.peekSolid().kind === "close" ? undefined : this.#actions.parsePipeline();
  }
}
