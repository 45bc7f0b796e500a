import type { Resource } from "../../sdk/journal.ts";

/** One line of `journal.jsonl`. Entries are numbered from 1 within a journal. */
export type JournalLine =
  | { readonly op: "record"; readonly entry: number; readonly resource: Resource }
  | { readonly op: "update"; readonly entry: number; readonly details: Readonly<Record<string, unknown>> }
  | { readonly op: "strike"; readonly entry: number };

/** A resource that was recorded and not struck, with its updates merged in. */
export interface Outstanding {
  readonly entry: number;
  readonly resource: Resource;
}

export const formatJournalLine = (line: JournalLine): string => `${JSON.stringify(line)}\n`;

/**
 * What is outstanding in a journal, oldest first. Text that is not a whole line (the write a crash or a full disk cut
 * short) is passed over: its resource was never made, because making waits for the synced line.
 */
export function outstandingIn(text: string): Outstanding[] {
  const entries = new Map<number, Outstanding>();
  for (const line of text.split("\n")) apply(entries, parseLine(line));
  return [...entries.values()];
}

function apply(entries: Map<number, Outstanding>, line: JournalLine | undefined): void {
  if (line === undefined) return;
  if (line.op === "strike") entries.delete(line.entry);
  if (line.op === "record") entries.set(line.entry, { entry: line.entry, resource: line.resource });
  const known = entries.get(line.entry);
  if (line.op !== "update" || known === undefined) return;
  const details = { ...known.resource.details, ...line.details };
  entries.set(line.entry, { entry: line.entry, resource: { ...known.resource, details } });
}

function parseLine(text: string): JournalLine | undefined {
  try {
    const line = JSON.parse(text) as JournalLine;
    return typeof line.entry === "number" ? line : undefined;
  } catch {
    return undefined;
  }
}
