/** A single quote within single quotes: end them, write it in double quotes, begin them again. */
const QUOTED_QUOTE = `'"'"'`;

/**
 * One word for a POSIX shell, whatever characters it holds (NUL excepted, which no argument can hold).
 * Source: POSIX.1-2017, Shell Command Language, 2.2.2 Single-Quotes.
 */
export function shellQuote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", QUOTED_QUOTE)}'`;
}

/** A program and its arguments, as they are typed in a POSIX shell. */
export const shellCommand = (words: readonly string[]): string => words.map(shellQuote).join(" ");

/** As `shellQuote`, but a leading `~/` means the home directory of the user who runs the shell. */
export function shellQuotePath(path: string): string {
  if (path === "~") return '"$HOME"';
  if (path.startsWith("~/")) return `"$HOME"/${shellQuote(path.slice(2))}`;
  return shellQuote(path);
}

/** As `shellQuotePath`, but `*`, `?` and `[…]` keep their meaning as wildcards. */
export function shellQuoteGlob(pattern: string): string {
  if (pattern.startsWith("~/")) return `"$HOME"/${shellQuoteGlob(pattern.slice(2))}`;
  // Every second part is a wildcard.
  const parts = pattern.split(/([*?]|\[[^\]'"\\$`\s]+\])/);
  return parts.map((part, index) => (part === "" || index % 2 === 1 ? part : shellQuote(part))).join("");
}
