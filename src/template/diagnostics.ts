import type { Diagnostic } from "../language/diagnostic.ts";

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

  /** In the order of the text: files as they first came up, then what has no place. */
  get all(): readonly Diagnostic[] {
    const place = ({ subject }: Diagnostic) => (subject ? this.#idOf(subject.file) : Infinity);
    return [...this.#found].sort((a, b) => {
      const [fileA, fileB] = [place(a), place(b)];
      if (fileA !== fileB) return fileA < fileB ? -1 : 1;
      return (a.subject?.start ?? 0) - (b.subject?.start ?? 0);
    });
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

type Extra = Partial<Pick<Diagnostic, "context" | "values">>;

/** The two makers every message of this layer is built from. */
export const error = (
  code: string,
  summary: string,
  detail: string,
  subject?: Diagnostic["subject"],
  extra: Extra = {},
): Diagnostic => ({ severity: "error", code, summary, detail, subject, ...extra });

export const warning = (
  code: string,
  summary: string,
  detail: string,
  subject?: Diagnostic["subject"],
  extra: Extra = {},
): Diagnostic => ({ severity: "warning", code, summary, detail, subject, ...extra });

/** A clause from a library as a sentence of its own. */
export const asSentence = (clause: string): string =>
  clause.replace(/^./, (first) => first.toUpperCase()) + (/[.?!]$/.test(clause) ? "" : ".");
