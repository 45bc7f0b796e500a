import type { Attribute, Block, Body } from "../ast.ts";
import type { Diagnostic } from "../diagnostic.ts";
import * as messages from "../messages/body-messages.ts";
import { foreignString, invalidCharacter, nestingTooDeep } from "../messages/expression-messages.ts";
import type { SourceRange } from "../source.ts";
import { TokenKind } from "../token.ts";
import { finishLine, parseAssigned, parseAttribute } from "./attribute.ts";
import { parseLabels } from "./header.ts";
import { findUnclosedBrace } from "./indentation.ts";
import { MAX_NESTING, type Parser } from "./parser.ts";
import { beginsItem, skipLine, skipPastCloseBrace } from "./recover.ts";
import { decodeEscapes } from "./string-literal.ts";

/** `ConfigFile = Body` */
export function parseFileBody(parser: Parser): Body {
  const items = new Items(parser);
  if (isJson(parser)) {
    parser.report(messages.jsonInHcl(parser.tokenRange()));
    while (parser.peek() !== TokenKind.EndOfFile) parser.advance();
  }
  parseItems(parser, items);
  while (parser.peek() !== TokenKind.EndOfFile) {
    parser.report(messages.strayClosingBrace(parser.tokenRange()));
    parser.advance();
    parseItems(parser, items);
  }
  const { start, end } = parser.view;
  return items.toBody(parser.range(start, end), parser.range(end, end));
}

/** Whether the file begins as JSON does: a brace and a name in quotes. */
function isJson(parser: Parser): boolean {
  return parser.withNewlines(
    false,
    () => parser.peek() === TokenKind.OpenBrace && parser.peekSecond() === TokenKind.OpenQuote,
  );
}

/** The arguments and blocks of a body while it is read. */
class Items {
  readonly attributes: Attribute[] = [];
  readonly blocks: Block[] = [];
  private readonly byName = new Map<string, Attribute>();
  private readonly parser: Parser;

  constructor(parser: Parser) {
    this.parser = parser;
  }

  /** The first of two arguments of one name counts; the second is reported. */
  add(attribute: Attribute): void {
    const first = this.byName.get(attribute.name);
    if (first === undefined) {
      this.byName.set(attribute.name, attribute);
      this.attributes.push(attribute);
    } else this.parser.reportAside(messages.duplicateArgument(attribute.name, attribute.nameRange, first.nameRange));
  }

  toBody(range: SourceRange, endRange: SourceRange): Body {
    return { kind: "body", attributes: this.attributes, blocks: this.blocks, range, endRange };
  }
}

/** `Body = (Attribute | Block)*`, up to a closing brace or the end of the file. */
function parseItems(parser: Parser, items: Items): void {
  for (;;) {
    const kind = parser.peek();
    switch (kind) {
      case TokenKind.Newline:
        parser.advance();
        break;
      case TokenKind.EndOfFile:
      case TokenKind.CloseBrace:
        return;
      case TokenKind.Identifier:
        parseItem(parser, items);
        break;
      case TokenKind.OpenQuote:
      case TokenKind.ForeignString:
        parseQuotedItem(parser, items);
        break;
      default:
        parser.report(messages.unexpectedInBody(kind, parser.tokenText, parser.tokenRange()));
        skipProblem(parser);
    }
  }
}

/**
 * Skips what cannot begin an item, to the end of its line; a closing bracket is skipped by itself, so that there is
 * always progress.
 */
function skipProblem(parser: Parser): void {
  const before = parser.index;
  skipLine(parser);
  if (parser.index === before) parser.advance();
}

/** `Attribute | Block`; the next token is its name. A block `anywhere` need not be the last thing on its line. */
function parseItem(parser: Parser, items: Items, where: "on its line" | "anywhere" = "on its line"): void {
  switch (parser.peekSecond()) {
    case TokenKind.Equal:
      items.add(parseAttribute(parser));
      return finishLine(parser, "argument");
    case TokenKind.Colon: {
      const name = parser.tokenText;
      const nameRange = parser.tokenRange();
      const start = parser.start;
      parser.advance();
      parser.reportAside(messages.colonAfterName(name, parser.tokenRange()));
      items.add(parseAssigned(parser, name, nameRange, start));
      return finishLine(parser, "argument");
    }
    case TokenKind.OpenBrace:
    case TokenKind.OpenQuote:
    case TokenKind.Identifier:
    case TokenKind.ForeignString:
      return parseBlock(parser, items, where);
    default: {
      const name = parser.tokenText;
      const nameRange = parser.tokenRange();
      parser.advance();
      const kind = parser.peek();
      const range = parser.tokenRange();
      if (kind === TokenKind.Invalid) parser.report(invalidCharacter(parser.tokenText, range));
      else parser.report(messages.incompleteItem(name, nameRange, kind, range));
      skipLine(parser);
    }
  }
}

/** A name in quotes, as in JSON: reported, then read as if it had none. */
function parseQuotedItem(parser: Parser, items: Items): void {
  const start = parser.start;
  const lastToken = lastTokenOfName(parser);
  const separator = parser.kinds[lastToken + 1];
  if (separator !== TokenKind.Equal && separator !== TokenKind.Colon) {
    parser.report(unexpectedString(parser));
    return skipProblem(parser);
  }
  const name = quotedName(parser);
  const range = parser.range(start, parser.ends[lastToken]!);
  parser.reportAside(messages.quotedArgumentName(name, range));
  while (parser.index <= lastToken) parser.advance();
  parser.peek();
  items.add(parseAssigned(parser, name, range, start));
  finishLine(parser, "argument");
}

/** The last token of a plain string. For any other string it is the first one, which no equals sign follows. */
function lastTokenOfName({ index, kinds }: Parser): number {
  const isPlain = kinds[index + 1] === TokenKind.Text && kinds[index + 2] === TokenKind.CloseQuote;
  return isPlain ? index + 2 : index;
}

function quotedName(parser: Parser): string {
  if (parser.peek() === TokenKind.ForeignString) return parser.tokenText.slice(1, -1);
  return decodeEscapes(parser, parser.starts[parser.index + 1]!, parser.ends[parser.index + 1]!, true);
}

function unexpectedString(parser: Parser): Diagnostic {
  const range = parser.tokenRange();
  if (parser.peek() === TokenKind.ForeignString) return foreignString(parser.tokenText, range);
  return messages.unexpectedInBody(TokenKind.OpenQuote, '"', range);
}

/** `Block = Identifier (StringLit | Identifier)* "{" … "}"`; a header without brace is reported and left out. */
function parseBlock(parser: Parser, items: Items, where: "on its line" | "anywhere"): void {
  const start = parser.start;
  const type = parser.tokenText;
  const typeRange = parser.tokenRange();
  parser.advance();
  const labels = parseLabels(parser, type);
  if (labels === undefined) return;
  const headerRange = { ...typeRange, end: labels.at(-1)?.range.end ?? typeRange.end };
  const body = parseBlockBody(parser);
  items.blocks.push({
    kind: "block",
    type,
    typeRange,
    labels,
    body,
    range: parser.range(start, parser.lastEnd),
    headerRange,
  });
  if (where === "on its line") finishLine(parser, "block");
}

/** `"{" Newline Body "}"` or, in one line, `"{" (Identifier "=" Expression)? "}"`; the next token is the open brace. */
function parseBlockBody(parser: Parser): Body {
  const start = parser.start;
  const open = parser.index;
  const openRange = parser.tokenRange();
  const items = new Items(parser);
  parser.advance();
  if (parser.depth >= MAX_NESTING) {
    if (!parser.isTooDeep) parser.reportAside(nestingTooDeep(MAX_NESTING, openRange));
    parser.isTooDeep = true;
    skipPastCloseBrace(parser);
    return items.toBody(parser.range(start, parser.lastEnd), parser.lastEndRange());
  }
  parser.depth++;
  parseOneLineItems(parser, items, openRange);
  parseItems(parser, items);
  parser.depth--;
  const endRange = parser.range(parser.start, parser.start);
  if (!parser.accept(TokenKind.CloseBrace) && !parser.isSilent()) {
    const suspect = findUnclosedBrace(parser) ?? open;
    parser.report(messages.unclosedBlock(parser.range(parser.starts[suspect]!, parser.ends[suspect]!)));
  }
  return items.toBody(parser.range(start, parser.lastEnd), endRange);
}

/**
 * What stands on the line of the open brace: nothing, or the single argument of a one-line block.
 * Anything more is reported once and then read as if it stood on lines of its own.
 */
function parseOneLineItems(parser: Parser, items: Items, open: SourceRange): void {
  let isReported = false;
  const reportOnce = (diagnostic: Diagnostic): void => {
    if (!isReported) parser.reportAside(diagnostic);
    isReported = true;
  };
  while (parser.peek() === TokenKind.Identifier) {
    if (parser.peekSecond() !== TokenKind.Equal) {
      reportOnce(messages.blockInOneLine(parser.tokenRange(), open));
      parseItem(parser, items, "anywhere");
    } else items.add(parseAttribute(parser));
    const kind = parser.peek();
    if (kind === TokenKind.Newline) reportOnce(messages.oneLineBlockNotClosed(parser.lastEndRange(), open));
    else if (kind === TokenKind.Comma || beginsItem(parser, parser.index)) {
      reportOnce(messages.severalInOneLine(kind === TokenKind.Comma ? parser.tokenRange() : parser.lastEndRange()));
      parser.accept(TokenKind.Comma);
    } else if (kind !== TokenKind.CloseBrace) finishLine(parser, "argument");
  }
}
