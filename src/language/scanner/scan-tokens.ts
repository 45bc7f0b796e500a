import type { Diagnostic } from "../diagnostic.ts";
import type { SourceView } from "../source-view.ts";
import { TokenKind, type Tokens } from "../token.ts";
import { recoverAtEnd } from "./recover.ts";
import { scanCode } from "./scan-code.ts";
import { scanLines } from "./scan-lines.ts";
import { scanQuoted } from "./scan-quoted.ts";
import { Scanner } from "./scanner.ts";

/**
 * Splits a text into tokens. Never throws and always makes progress; a string, heredoc or interpolation that is not
 * closed is reported and closed by an empty token, so that the parser sees balanced templates.
 * Time is linear: a stretch is read again only to recover, and only a limited number of times.
 */
export function scanTokens(
  view: SourceView,
  start: "code" | "template",
  report: (diagnostic: Diagnostic) => void,
): Tokens {
  const scanner = new Scanner(view);
  if (start === "template") scanner.enter({ kind: "bare" });
  scanAll(scanner);
  for (const { diagnostic } of scanner.problems) report(diagnostic);
  return scanner.tokens;
}

function scanAll(scanner: Scanner): void {
  do {
    while (scanner.position < scanner.end) scanMode(scanner);
  } while (recoverAtEnd(scanner));
  scanner.tokens.push(TokenKind.EndOfFile, scanner.end, scanner.end);
}

function scanMode(scanner: Scanner): void {
  const { mode } = scanner;
  switch (mode?.kind) {
    case undefined:
    case "interpolation":
      return scanCode(scanner, mode);
    case "quoted":
      return scanQuoted(scanner, mode);
    case "heredoc":
    case "bare":
      return scanLines(scanner, mode);
  }
}
