import * as z from "zod";
import type { Span } from "../../lib/go-template/ast.ts";

/** Everything about the options of one component or nested block. Made by `defineSchema`. */
export interface Schema<Config> {
  /** Strict: an argument it does not list is an error. */
  readonly object: z.ZodObject;
  readonly rules: readonly AnyRule[];
  /** Old argument name → present name. Using the old one works and gives one warning. */
  readonly renamed: Readonly<Record<string, string>>;
  /** Old arguments that need more than a new name. Applied before anything else. */
  readonly legacy: readonly LegacyArgument[];
  /** For the type checker alone: what decoding gives. Never set. */
  readonly decoded?: Config;
}

/** Arguments as decoding leaves them: `undefined` only where a field without a default was not given. */
export type DecodedFields<Fields extends z.ZodRawShape, Name extends keyof Fields = keyof Fields> = {
  readonly [N in Name]: z.output<Fields[N]>;
};

/** A check across arguments. It runs only where all of `arguments` are known and well-typed. */
export interface Rule<Name extends string, Arguments = { readonly [N in Name]: unknown }> {
  readonly arguments: readonly Name[];
  /** Is given the arguments named above and no others. */
  readonly check: (args: Arguments) => readonly ConfigIssue[];
}

/** A rule whose types were checked when its schema was defined. */
type AnyRule = Rule<string, never>;

/** An argument Packer removed (`iso_checksum_type`). `apply` returns the arguments without it, rewritten. */
export interface LegacyArgument {
  readonly name: string;
  /** Completes "X is deprecated; …". */
  readonly replacement: string;
  readonly apply: (args: Readonly<Record<string, unknown>>) => Record<string, unknown>;
}

/** Something wrong with decoded arguments. The template layer turns it into a Diagnostic at the range of `path`. */
export interface ConfigIssue {
  readonly severity: "error" | "warning";
  readonly code: string;
  /** From the component's block to the argument; empty for the block as a whole. */
  readonly path: readonly (string | number)[];
  readonly summary: string;
  readonly detail: string;
  /** Where in the text of the argument, in UTF-16 units; absent for all of it. */
  readonly within?: Span;
  /** A change that would mend it. */
  readonly fix?: Fix;
  /** For an argument that is not known: the one that was probably meant, which `detail` names. */
  readonly meant?: string | undefined;
  /**
   * Only this machine lacks it (an image, firmware, a program), and the one that builds may have it: where nothing is built,
   * that is a warning.
   */
  readonly ofHost?: boolean;
  /** A build says it when it comes to it, so it is not said before as well. */
  readonly saidByRun?: boolean;
}

/**
 * A change of what an issue is about. `replace` writes other text in place of the stretch of text it points at, of the
 * argument's name, or (as JSON, which HCL reads too) of its value; `wrap` puts something around the value.
 */
export type Fix =
  | { readonly kind: "replace"; readonly part: "text" | "name" | "value"; readonly text: string }
  | { readonly kind: "wrap"; readonly before: string; readonly after: string };

export type ConfigOf<S> = S extends Schema<infer Config> ? Config : never;

/** What a schema has beside its fields. Its rules are about these fields, by name and by type. */
export interface SchemaOptions<Fields extends z.ZodRawShape> {
  readonly rules?: readonly Rule<keyof Fields & string, DecodedFields<Fields>>[];
  readonly renamed?: Readonly<Record<string, string>>;
  readonly legacy?: readonly LegacyArgument[];
}

/** Declares the options of a component: `defineSchema({ target: text("Where to write it.") }, { rules: […] })`. */
export function defineSchema<Fields extends z.ZodRawShape>(
  fields: Fields,
  { rules = [], renamed = {}, legacy = [] }: SchemaOptions<NoInfer<Fields>> = {},
): Schema<z.output<z.ZodObject<Fields, z.core.$strict>>> {
  return { object: z.strictObject(fields), rules, renamed, legacy };
}
