import { readFileSync } from "node:fs";
import { outcomeOf } from "./evaluate-text.ts";

/**
 * Tables of expressions and what they give, as text files: `# section`, an expression per line, below it, indented,
 * `= value` or the errors with the text they point at. `vitest -u` records new results; the diff is there to be read.
 */
export interface Table {
  readonly file: string;
  readonly sections: ReadonlyMap<string, readonly string[]>;
}

export function readTable(file: string): Table {
  const sections = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line.startsWith("# ")) sections.set(line.slice(2), (current = []));
    else if (line !== "" && !line.startsWith("  ")) current.push(line.replaceAll("⏎", "\n"));
  }
  return { file, sections };
}

/** The table as text, results computed anew. A line break in an expression is written ⏎. */
export async function evaluateTable({ sections }: Table): Promise<string> {
  const parts: string[] = [];
  for (const [section, expressions] of sections) {
    const rows: string[] = [];
    for (const expression of expressions)
      rows.push(`${expression.replaceAll("\n", "⏎")}\n  ${await outcomeOf(expression)}`);
    parts.push(`# ${section}\n${rows.join("\n")}\n`);
  }
  return parts.join("\n");
}
