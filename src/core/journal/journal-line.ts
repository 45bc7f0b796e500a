import type { Resource } from "../../sdk/journal.ts";

/** One line of `journal.jsonl`. Entries are numbered from 1 within a journal. */
export type JournalLine =
  | { readonly op: "record"; readonly entry: number; readonly resource: Resource }
  | { readonly op: "update"; readonly entry: number; readonly details: Readonly<Record<string, unknown>> }
  | { readonly op: "strike"; readonly entry: number }
  /** Of a clean-up: when the run was last seen alive, in milliseconds since the epoch. `entry` is 0. */
  | { readonly op: "died"; readonly entry: number; readonly at: number };

/** A resource that was recorded and not struck, with its updates merged in. */
export interface Outstanding {
  readonly entry: number;
  readonly resource: Resource;
}

export interface JournalContent {
  /** Oldest first. */
  readonly outstanding: readonly Outstanding[];
  readonly highestEntry: number;
  /** As the first clean-up found it. */
  readonly diedAt: number | undefined;
  /** Numbers (from 1) of lines that are none of this version's: what they name is not known. */
  readonly unreadable: readonly number[];
}

export const formatJournalLine = (line: JournalLine): string => `${JSON.stringify(line)}\n`;

/**
 * Reads a journal, in which anything may stand. The beginning of a line (the write a crash or a full disk cut short) is
 * passed over: its resource was never made, because making waits for the synced line.
 */
export function readJournal(text: string): JournalContent {
  const entries = new Map<number, Outstanding>();
  const unreadable: number[] = [];
  let highestEntry = 0;
  let diedAt: number | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const parsed = parseLine(line);
    if (parsed === "unreadable") unreadable.push(index + 1);
    if (typeof parsed === "string") continue;
    highestEntry = Math.max(highestEntry, parsed.entry);
    if (parsed.op === "died") diedAt ??= parsed.at;
    else apply(entries, parsed);
  }
  return { outstanding: [...entries.values()], highestEntry, diedAt, unreadable };
}

/** What is outstanding in a journal, oldest first. */
export const outstandingIn = (text: string): readonly Outstanding[] => readJournal(text).outstanding;

function apply(entries: Map<number, Outstanding>, line: Exclude<JournalLine, { op: "died" }>): void {
  if (line.op === "strike") entries.delete(line.entry);
  if (line.op === "record") entries.set(line.entry, { entry: line.entry, resource: line.resource });
  const known = entries.get(line.entry);
  if (line.op !== "update" || known === undefined) return;
  const details = { ...known.resource.details, ...line.details };
  entries.set(line.entry, { entry: line.entry, resource: { ...known.resource, details } });
}

function parseLine(text: string): JournalLine | "cut" | "unreadable" {
  if (text === "") return "cut";
  try {
    return checked(JSON.parse(text)) ?? "unreadable";
  } catch {
    const isBeginning = text.startsWith(START) || START.startsWith(text);
    return isBeginning ? "cut" : "unreadable";
  }
}

const START = '{"op":';

/** The line, if it has the shape of one; its known members only. */
function checked(line: unknown): JournalLine | undefined {
  if (!isRecord(line)) return undefined;
  const { op, entry, resource, details, at } = line;
  if (op === "died") return typeof at === "number" && Number.isFinite(at) ? { op, entry: 0, at } : undefined;
  if (typeof entry !== "number" || !Number.isSafeInteger(entry) || entry < 1) return undefined;
  if (op === "strike") return { op, entry };
  if (op === "update") return isRecord(details) ? { op, entry, details } : undefined;
  if (op === "record") return isResource(resource) ? { op, entry, resource } : undefined;
  return undefined;
}

function isResource(value: unknown): value is Resource {
  if (!isRecord(value)) return false;
  const { kind, id, details } = value;
  return typeof kind === "string" && typeof id === "string" && (details === undefined || isRecord(details));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
