import type { Expression } from "../ast.ts";
import { extraInSequence, missingDirectiveName, unknownDirective } from "../messages/template-messages.ts";
import { invalidFor } from "../messages/expression-messages.ts";
import type { SourceRange } from "../source.ts";
import { TokenKind } from "../token.ts";
import { parseForIntro } from "./for.ts";
import { errorExpression } from "./nesting.ts";
import type { Parser } from "./parser.ts";
import { decodeEscapes } from "./string-literal.ts";

/**
 * A template as a flat row of texts, interpolations and directives, strip markers applied.
 * `directive.ts` nests them.
 */
export type Segment = TextSegment | InterpolationSegment | DirectiveSegment;

export interface TextSegment {
  readonly kind: "text";
  text: string;
  range: SourceRange;
}
interface InterpolationSegment {
  readonly kind: "interpolation";
  readonly expression: Expression;
  readonly range: SourceRange;
}
export type DirectiveSegment = { readonly range: SourceRange } & (
  | { readonly kind: "if"; readonly condition: Expression; readonly height: number }
  | {
      readonly kind: "for";
      readonly keyName: string | undefined;
      readonly valueName: string;
      readonly collection: Expression;
      readonly height: number;
    }
  | { readonly kind: "else" | "endif" | "endfor" }
  | { readonly kind: "invalid" }
);

/**
 * Reads segments up to (not including) the closing token. Quoted text has backslash escapes, text in lines does not.
 * A strip marker removes white space from the text token beside it; in heredocs that is one line at most, as in the
 * original implementation.
 */
export function parseSegments(parser: Parser, close: TokenKind, style: "quoted" | "lines"): Segment[] {
  const segments: Segment[] = [];
  let height = 0;
  let stripNext = false;
  const before = parser.newlinesCount;
  parser.newlinesCount = false;
  for (;;) {
    // Template text holds no comments or newlines of its own, so the raw token is the next one.
    const kind = parser.kinds[parser.index]!;
    if (kind === close || kind === TokenKind.EndOfFile) break;
    if (kind === TokenKind.Text) {
      segments.push(parseText(parser, style, stripNext));
      stripNext = false;
      continue;
    }
    const previous = segments[segments.length - 1];
    if (previous?.kind === "text" && parser.tokenText.endsWith("~")) previous.text = previous.text.trimEnd();
    segments.push(kind === TokenKind.OpenInterpolation ? parseInterpolation(parser) : parseDirective(parser));
    height = Math.max(height, parser.height);
    stripNext = parser.text.charAt(parser.lastEnd - 2) === "~" && closesSequence(parser);
  }
  parser.newlinesCount = before;
  parser.height = height + 1;
  return segments;
}

/** Whether the token consumed last is the `~}` that ends a sequence (and not, say, an empty token after an error). */
function closesSequence(parser: Parser): boolean {
  const last = parser.index - 1;
  return parser.kinds[last] === TokenKind.CloseSequence && parser.ends[last]! - parser.starts[last]! === 2;
}

function parseText(parser: Parser, style: "quoted" | "lines", strip: boolean): TextSegment {
  const range = parser.tokenRange();
  const decoded = decodeEscapes(parser, parser.starts[parser.index]!, parser.ends[parser.index]!, style === "quoted");
  parser.advance();
  return { kind: "text", text: strip ? decoded.trimStart() : decoded, range };
}

/** `"${" "~"? Expression "~"? "}"` */
function parseInterpolation(parser: Parser): InterpolationSegment {
  const start = parser.starts[parser.index]!;
  parser.advance();
  if (parser.peek() === TokenKind.Invalid) parser.report(extraInSequence("interpolation", parser.tokenRange()));
  const expression = parser.parseExpression();
  closeSequence(parser, "interpolation");
  return { kind: "interpolation", expression, range: parser.range(start, parser.lastEnd) };
}

/** `"%{" "~"? ("if" Expression | "else" | "endif" | "for" … | "endfor") "~"? "}"` */
function parseDirective(parser: Parser): DirectiveSegment {
  const start = parser.starts[parser.index]!;
  parser.advance();
  const content = parseDirectiveContent(parser);
  closeSequence(parser, "directive");
  return { ...content, range: parser.range(start, parser.lastEnd) };
}

type DirectiveContent = DirectiveSegment extends infer D
  ? D extends { range: SourceRange }
    ? Omit<D, "range">
    : never
  : never;

function parseDirectiveContent(parser: Parser): DirectiveContent {
  parser.height = 1;
  if (parser.peek() !== TokenKind.Identifier) {
    parser.report(missingDirectiveName(parser.tokenRange()));
    return { kind: "invalid" };
  }
  const name = parser.tokenText;
  const range = parser.tokenRange();
  switch (name) {
    case "if": {
      parser.advance();
      const condition = parser.parseExpression();
      return { kind: "if", condition, height: parser.height };
    }
    case "for": {
      parser.advance();
      const intro = parseForIntro(parser);
      if (typeof intro !== "string") return { kind: "for", ...intro, height: parser.height };
      parser.report(invalidFor(intro, parser.tokenRange(), range));
      const collection = errorExpression(parser, parser.start);
      return { kind: "for", keyName: undefined, valueName: "", collection, height: parser.height };
    }
    case "else":
    case "endif":
    case "endfor":
      parser.advance();
      return { kind: name };
    default:
      parser.report(unknownDirective(name, range));
      return { kind: "invalid" };
  }
}

/** Anything before the `}` is reported, unless the `}` itself is missing, which the scanner has reported. */
function closeSequence(parser: Parser, what: "interpolation" | "directive"): void {
  if (parser.peek() !== TokenKind.CloseSequence) {
    const problem = parser.isSilent() ? undefined : extraInSequence(what, parser.tokenRange());
    skipToCloseSequence(parser);
    const isMissing = parser.starts[parser.index] === parser.ends[parser.index];
    if (problem !== undefined && !isMissing) parser.reportAside(problem);
  }
  if (parser.kinds[parser.index] === TokenKind.CloseSequence) parser.advance();
}

/** The scanner pairs every `${` with a `}`, so this is found unless the text ends. */
function skipToCloseSequence(parser: Parser): void {
  let depth = 0;
  for (; parser.kinds[parser.index] !== TokenKind.EndOfFile; parser.advance()) {
    const kind = parser.kinds[parser.index];
    if (kind === TokenKind.OpenInterpolation || kind === TokenKind.OpenDirective) depth++;
    if (kind !== TokenKind.CloseSequence) continue;
    if (depth === 0) return;
    depth--;
  }
}
