import type { TemplateEngine } from "../late-template.ts";
import type { ConfigIssue } from "./schema.ts";

/** Stands in the input where a value is not known yet. Checks that would need it are put off. */
export const UNKNOWN_ARGUMENT: unique symbol = Symbol("unknown argument");

/** Renders `{{ }}` in ordinary strings now, and in late ones when the component asks. */
export interface DecodeOptions extends TemplateEngine {
  /** Legacy JSON templates: strings stand for lists, numbers and nothing. */
  readonly weak: boolean;
  /** Whether the value at a path is secret, so that no message shows it. */
  readonly isSensitive?: ((path: Path) => boolean) | undefined;
}

export type Path = ConfigIssue["path"];
/** Arguments by name, before decoding. */
export type RawArguments = Readonly<Record<string, unknown>>;

/** What is found out while one block is decoded. */
export interface DecodeState {
  readonly options: DecodeOptions;
  readonly issues: ConfigIssue[];
  /** Where values are not known yet, or could not be rendered. */
  readonly unknown: Path[];
  /** Arguments that are given an empty text, or a template that becomes one: their paths, as JSON. */
  readonly blank: Set<string>;
}

export function startsWith(path: Path, prefix: Path): boolean {
  return prefix.every((part, index) => path[index] === part);
}
