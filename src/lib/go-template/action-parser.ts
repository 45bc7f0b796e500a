import type { PipelineCommand, Operand, TemplatePipeline } from "./ast.ts";
import { GoTemplateError } from "./error.ts";
import { parseNumber, unquote } from "./literal.ts";
import type { Token } from "./scanner.ts";

const MAX_DEPTH = 500;

/** Parses what stands inside `{{ }}`, and keeps the variables that are in scope. */
export class ActionParser {
  readonly #tokens: readonly Token[];
  readonly #checkFunction: (name: string, token: Token) => void;
  #position = 0;
  #depth = 0;
  #variables: string[] = ["$"];

  constructor(tokens: readonly Token[], checkFunction: (name: string, token: Token) => void) {
    this.#tokens = tokens;
    this.#checkFunction = checkFunction;
  }

  get previous(): Token {
    return this.#tokens[this.#position - 1]!;
  }

  next(): Token {
    return this.#tokens[this.#position++]!;
  }

  /** The next token that is not white space. */
  nextSolid(): Token {
    while (this.#tokens[this.#position]!.kind === "space") this.#position++;
    return this.next();
  }

  peekSolid(): Token {
    let index = this.#position;
    while (this.#tokens[index]!.kind === "space") index++;
    return this.#tokens[index]!;
  }

  peekWord(): string | undefined {
    const token = this.peekSolid();
    return token.kind === "word" ? token.text : undefined;
  }

  expectClose(): Token {
    const token = this.nextSolid();
    if (token.kind === "close") return token;
    throw unexpected(token);
  }

  scopeDepth(): number {
    return this.#variables.length;
  }

  leaveScope(depth: number): void {
    this.#variables.length = depth;
  }

  /** Inside `define` no outer variable is visible but `$`. */
  hideScope(): string[] {
    const outer = this.#variables;
    this.#variables = ["$"];
    return outer;
  }

  restoreScope(outer: string[]): void {
    this.#variables = outer;
  }

  /** pipeline = [ variables ( ":=" | "=" ) ] command { "|" command } */
  parsePipeline(options: { readonly range?: boolean } = {}): TemplatePipeline {
    const first = this.peekSolid();
    const { variables, assigns } = this.#parseDeclaration(options.range === true);
    const commands: PipelineCommand[] = [this.#parseCommand()];
    while (this.peekSolid().text === "|" && this.peekSolid().kind === "symbol") {
      this.nextSolid();
      commands.push(this.#parseCommand());
    }
    for (const command of commands.slice(1)) checkCallable(command);
    if (!assigns) this.#variables.push(...variables);
    return { variables, assigns, commands, start: first.start, end: commands.at(-1)!.end };
  }

  #parseDeclaration(range: boolean): { variables: readonly string[]; assigns: boolean } {
    const start = this.#position;
    const variables: Token[] = [];
    while (this.peekSolid().kind === "variable") {
      variables.push(this.nextSolid());
      const separator = this.peekSolid();
      if (separator.text === ":=" || separator.text === "=") {
        this.nextSolid();
        const assigns = separator.text === "=";
        for (const variable of variables) if (assigns) this.#checkVariable(variable);
        return { variables: variables.map((variable) => variable.text), assigns };
      }
      if (separator.text !== ",") break;
      if (!range || variables.length > 1) throw new GoTemplateError("too many variables are declared here", separator);
      this.nextSolid();
    }
    this.#position = start;
    return { variables: [], assigns: false };
  }

  /** command = operand { space operand } */
  #parseCommand(): PipelineCommand {
    const first = this.peekSolid();
    const operands: Operand[] = [];
    for (;;) {
      const token = this.peekSolid();
      if (endsCommand(token)) break;
      if (operands.length > 0 && this.#tokens[this.#position]!.kind !== "space") throw unexpected(token);
      operands.push(this.#parseOperand());
    }
    if (operands.length === 0) throw emptyCommand(first);
    const end = operands.at(-1)!.end;
    return { operands, start: first.start, end };
  }

  /** operand = term { ".Name" } */
  #parseOperand(): Operand {
    let operand = this.#parseTerm(this.nextSolid());
    while (this.#tokens[this.#position]!.kind === "field") {
      const token = this.next();
      if (operand.kind === "literal" || operand.kind === "nil") throw unexpected(token);
      operand = { kind: "field", of: operand, name: token.text.slice(1), start: operand.start, end: token.end };
    }
    return operand;
  }

  #parseTerm(token: Token): Operand {
    const span = { start: token.start, end: token.end };
    switch (token.kind) {
      case "string":
        return { kind: "literal", value: unquote(token.text, token), ...span };
      case "number":
        return { kind: "literal", value: parseNumber(token.text, token), ...span };
      case "variable":
        this.#checkVariable(token);
        return { kind: "variable", name: token.text, ...span };
      case "field":
        return {
          kind: "field",
          of: { kind: "dot", start: token.start, end: token.start },
          name: token.text.slice(1),
          ...span,
        };
      case "word":
        return this.#parseWord(token);
      case "symbol":
        if (token.text === ".") return { kind: "dot", ...span };
        if (token.text === "(") return this.#parseParentheses(token);
        throw unexpected(token);
      default:
        throw unexpected(token);
    }
  }

  #parseWord(token: Token): Operand {
    const span = { start: token.start, end: token.end };
    if (token.text === "true" || token.text === "false")
      return { kind: "literal", value: token.text === "true", ...span };
    if (token.text === "nil") return { kind: "nil", ...span };
    this.#checkFunction(token.text, token);
    return { kind: "function", name: token.text, ...span };
  }

  #parseParentheses(open: Token): Operand {
    if (++this.#depth > MAX_DEPTH)
      throw new GoTemplateError(`parentheses nested deeper than ${MAX_DEPTH} levels`, open);
    const pipeline = this.parsePipeline();
    const close = this.nextSolid();
    if (close.text !== ")" || close.kind !== "symbol")
      throw new GoTemplateError('a parenthesis is not closed: ")" is missing', open);
    this.#depth--;
    return { kind: "pipeline", pipeline, start: open.start, end: close.end };
  }

  #checkVariable(token: Token): void {
    if (!this.#variables.includes(token.text))
      throw new GoTemplateError(`there is no variable "${token.text}" here`, token);
  }
}

function endsCommand(token: Token): boolean {
  return (
    token.kind === "close" ||
    token.kind === "end" ||
    (token.kind === "symbol" && (token.text === "|" || token.text === ")"))
  );
}

/** Only functions and fields can take the value of the command before them. */
function checkCallable(command: PipelineCommand): void {
  const { kind } = command.operands[0]!;
  if (kind === "literal" || kind === "nil" || kind === "dot") {
    throw new GoTemplateError("a value cannot be piped into something that is not a function", command);
  }
}

function emptyCommand(token: Token): GoTemplateError {
  if (token.kind === "close") return new GoTemplateError("a value is missing in this template action", token);
  return new GoTemplateError("a command is missing here", token);
}

function unexpected(token: Token): GoTemplateError {
  if (token.kind === "close") return new GoTemplateError('unexpected "}}"', token);
  return new GoTemplateError(`unexpected "${token.text}" in a template action`, token);
}
