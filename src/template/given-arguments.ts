import type { Diagnostic } from "../language/diagnostic.ts";
import type { SourceRange } from "../language/source.ts";

/** A path inside the arguments of a component: `["disks", 0, "size"]`. */
export type ArgumentPath = readonly (string | number)[];

/**
 * The arguments a template gives a component, as plain values ready to be decoded, with their positions in the text.
 * Both syntaxes produce this; everything after it does not know which one the user wrote.
 */
export interface GivenArguments {
  /** `UNKNOWN_ARGUMENT` stands where a value is not known yet. Blocks are arrays of objects. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly diagnostics: readonly Diagnostic[];
  /** Where `path` is in the text. `name` points at the argument's name, `value` at what it is set to. */
  rangeOf(path: ArgumentPath, part: "name" | "value"): SourceRange | undefined;
  /** Whether the value at `path` derives from something sensitive. */
  isSensitive(path: ArgumentPath): boolean;
  /** The texts in sensitive values. */
  readonly secrets: readonly string[];
  /** Where these are the arguments of a source with those of a block inside a build over them. */
  readonly override?: OverridingBlock | undefined;
}

export interface OverridingBlock {
  /** The arguments of the source alone. */
  readonly base: GivenArguments;
  readonly header: SourceRange;
  readonly range: SourceRange;
}
