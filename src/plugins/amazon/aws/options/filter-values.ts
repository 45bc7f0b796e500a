/**
 * One line of CSV (RFC 4180), as Packer reads the values of a filter: blanks before a value do not count, a value in double
 * quotes may hold commas and doubled quotes. A quote elsewhere stands for itself, and one that is never closed ends with the
 * text.
 */
export function splitValues(line: string): string[] {
  const values: string[] = [];
  for (let at = 0; at <= line.length;) {
    const start = at + /^[ \t]*/.exec(line.slice(at))![0].length;
    const { value, end } = line[start] === '"' ? quoted(line, start + 1) : plain(line, start);
    values.push(value);
    at = end + 1;
  }
  return values;
}

interface Value {
  readonly value: string;
  /** Where its comma is, or the text ends. */
  readonly end: number;
}

function plain(line: string, start: number): Value {
  const comma = line.indexOf(",", start);
  const end = comma === -1 ? line.length : comma;
  return { value: line.slice(start, end), end };
}

function quoted(line: string, start: number): Value {
  let value = "";
  for (let at = start; at < line.length; at++) {
    const isQuote = line[at] === '"';
    const next = line[at + 1];
    if (isQuote && (next === undefined || next === ",")) return { value, end: at + 1 };
    if (isQuote && next === '"') at++;
    value += line[at];
  }
  return { value, end: line.length };
}
