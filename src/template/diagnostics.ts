import { compareStrings } from "../language/compare-strings.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { SourceRange } from "../language/source.ts";

export type Report = (...diagnostics: readonly Diagnostic[]) => void;

/** Collects diagnostics, each once: one mistake in a block that many builds share is still one mistake. */
export class DiagnosticCollector {
  readonly #found: Diagnostic[] = [];
  readonly #seen = new Set<string>();
  readonly #files = new Map<object, number>();

  add(...diagnostics: readonly Diagnostic[]): void {
    for (const diagnostic of diagnostics) {
      const key = this.#keyOf(diagnostic);
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      this.#found.push(diagnostic);
    }
  }

  get all(): readonly Diagnostic[] {
    return inTextOrder(this.#found);
  }

  get hasErrors(): boolean {
    return this.#found.some((diagnostic) => diagnostic.severity === "error");
  }

  #keyOf({ code, summary, detail, subject }: Diagnostic): string {
    return JSON.stringify([code, summary, detail, subject && [this.#idOf(subject.file), subject.start, subject.end]]);
  }

  #idOf(file: object): number {
    const id = this.#files.get(file) ?? this.#files.size;
    this.#files.set(file, id);
    return id;
  }
}

/** As the text has them: files by name, as they are read; then values from elsewhere, and what has no place. */
export function inTextOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...diagnostics].sort(({ subject: a }, { subject: b }) => {
    if (!a || !b || isFile(a) !== isFile(b)) return rankOf(a) - rankOf(b);
    if (a.file.name !== b.file.name) return compareStrings(a.file.name, b.file.name);
    return a.start - b.start;
  });
}

/** `<-var for var.x>` is no file. */
const isFile = ({ file }: SourceRange): boolean => !file.name.startsWith("<-");

function rankOf(subject: SourceRange | undefined): number {
  if (!subject) return 2;
  return isFile(subject) ? 0 : 1;
}

/** Where a diagnostic points: its subject, or that with what else helps to see it; undefined where there is no text. */
export type Place = SourceRange | Pick<Diagnostic, "subject" | "context" | "values"> | undefined;

/** The two makers every message of this layer is built from. */
export function error(code: string, place: Place, summary: string, detail: string): Diagnostic {
  return { severity: "error", code, summary, detail, ...pointing(place) };
}

export function warning(code: string, place: Place, summary: string, detail: string): Diagnostic {
  return { severity: "warning", code, summary, detail, ...pointing(place) };
}

function pointing(place: Place): Pick<Diagnostic, "subject" | "context" | "values"> {
  if (place === undefined || "file" in place) return { subject: place };
  return place;
}

/** A clause from a library as a full sentence. */
export function asSentence(clause: string): string {
  const text = clause.replace(/^./, (first) => first.toUpperCase());
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

const MOST_LISTED = 10;

/** A sentence to append to a message that lists what exists; nothing where the list would be long. */
export function listOfFew(title: string, names: readonly string[]): string {
  if (names.length === 0 || names.length > MOST_LISTED) return "";
  return ` ${title}: ${names.join(", ")}.`;
}
