/**
 * One word for a POSIX shell, whatever characters it holds (NUL excepted, which no argument can hold).
 * Source: POSIX.1-2017, Shell Command Language, 2.2.2 Single-Quotes.
 */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

/** As `shellQuote`, but a leading `~/` means the home directory of the user who runs the shell. */
export function shellQuotePath(path: string): string {
  if (path === "~") return '"$HOME"';
  return path.startsWith("~/") ? `"$HOME"/${shellQuote(path.slice(2))}` : shellQuote(path);
}

/** As `shellQuotePath`, but `*`, `?` and `[…]` keep their meaning as wildcards. */
export function shellQuoteGlob(pattern: string): string {
  const home = pattern.startsWith("~/") ? '"$HOME"/' : "";
  const parts = pattern.slice(home === "" ? 0 : 2).split(/([*?]|\[[^\]'"\\$`\s]+\])/);
  return home + parts.map((part, index) => (index % 2 === 1 ? part : part === "" ? "" : shellQuote(part))).join("");
}
