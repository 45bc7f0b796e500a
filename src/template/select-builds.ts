import type { Diagnostic } from "../language/diagnostic.ts";
import { compileGlob } from "./glob.ts";
import { malformedPattern, unmatchedPattern } from "./messages/builds.ts";

/** `-only` and `-except`: which builds run, and which post-processors are left out. */
export class Selection {
  readonly #only: readonly Pattern[];
  readonly #except: readonly Pattern[];
  readonly #names = new Set<string>();

  constructor(only: readonly string[], except: readonly string[]) {
    this.#only = only.map((text) => createPattern("-only", text));
    this.#except = except.map((text) => createPattern("-except", text));
  }

  /** Something may be left out on purpose. */
  get isRestricted(): boolean {
    return this.#only.length + this.#except.length > 0;
  }

  /** Called once for each build of the template, with its name first (and as it is written, where that differs). */
  selectsBuild(...names: readonly string[]): boolean {
    this.#names.add(names[0]!);
    const only = matchAny(this.#only, names);
    const except = matchAny(this.#except, names);
    return (this.#only.length === 0 || only) && !except;
  }

  /** `-except` also takes names and types of post-processors. */
  selectsPostProcessor(name: string | undefined, type: string): boolean {
    return !matchAny(this.#except, [name ?? type, type]);
  }

  /** What is wrong with the patterns, after all builds were asked for. */
  diagnostics(): readonly Diagnostic[] {
    const useless = [...this.#only, ...this.#except].filter(({ glob, matched }) => !glob || !matched);
    return useless.map((pattern) => {
      if (!pattern.glob) return malformedPattern(pattern);
      return unmatchedPattern(pattern, [...this.#names]);
    });
  }
}

interface Pattern {
  readonly option: "-only" | "-except";
  readonly text: string;
  readonly glob: RegExp | undefined;
  matched: boolean;
}

const createPattern = (option: Pattern["option"], text: string): Pattern => ({
  option,
  text,
  glob: compileGlob(text),
  matched: false,
});

/** Tries every pattern, so that each records whether it matches anything. */
function matchAny(patterns: readonly Pattern[], names: readonly string[]): boolean {
  let any = false;
  for (const pattern of patterns) {
    if (!names.some((name) => name === pattern.text || pattern.glob?.test(name))) continue;
    pattern.matched = true;
    any = true;
  }
  return any;
}
