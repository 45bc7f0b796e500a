export interface ShellWord {
  /** Without its quotes. */
  readonly text: string;
  /** The kind of each quoted part, in order, what is escaped in it, and each character with a meaning of its own outside. */
  readonly marks: string;
  /** Where in `text` a quoted part begins and ends, and its kind. */
  readonly quoted: readonly { readonly from: number; readonly to: number; readonly quote: Quote }[];
}

export type Quote = "'" | '"';

/** A word, or an operator such as `;`. */
export type ShellToken = ShellWord | string;

/**
 * Words and operators of a command line, as a POSIX shell tells them apart before it expands anything; `undefined` where a
 * quote is not closed.
 * Source: POSIX.1-2017, Shell Command Language, 2.2 Quoting and 2.3 Token Recognition.
 */
export function shellTokens(line: string): readonly ShellToken[] | undefined {
  const tokens: ShellToken[] = [];
  let word: WordInProgress | undefined;
  for (const [piece] of line.matchAll(PIECE)) {
    if (BLANK.test(piece) || OPERATOR.test(piece)) {
      if (word) tokens.push(word);
      word = undefined;
      if (OPERATOR.test(piece)) tokens.push(piece);
      continue;
    }
    if (piece === "'" || piece === '"') return undefined;
    word = addPiece(word ?? { text: "", marks: "", quoted: [] }, piece);
  }
  return word ? [...tokens, word] : tokens;
}

/** The output of a command, `$(…)`, belongs to the word around it. */
const PIECE = /'[^']*'|"(?:[^"\\]|\\[^])*"|\\[^]|\$\([^()]*\)|`[^`]*`|[ \t]+|[\n;&|<>()]|[^]/g;
const BLANK = /^[ \t]+$/;
const OPERATOR = /^[\n;&|<>()]$/;

interface WordInProgress extends ShellWord {
  readonly quoted: { readonly from: number; readonly to: number; readonly quote: Quote }[];
}

function addPiece({ text, marks, quoted }: WordInProgress, piece: string): WordInProgress {
  const quote = piece[0] as Quote;
  if (quote === "'" || quote === '"') {
    const inner = piece.slice(1, -1);
    const plain = quote === "'" ? inner : inner.replace(/\\([\\"$`\n])/g, "$1");
    const part = { from: text.length, to: text.length + plain.length, quote };
    const escapes = quote === "'" ? [] : (inner.match(/\\[\\"$`\n]/g) ?? []);
    return { text: text + plain, marks: [marks, quote, ...escapes].join(""), quoted: [...quoted, part] };
  }
  if (piece.startsWith("\\") && piece.length > 1) return { text: text + piece[1]!, marks, quoted };
  const isSpecial = /^[$`*?[~#\\]/.test(piece);
  return { text: text + piece, marks: isSpecial ? marks + piece[0]! : marks, quoted };
}
