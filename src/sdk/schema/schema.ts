import * as z from "zod";

/** Everything about the options of one component or nested block. Made by `defineSchema`. */
export interface Schema<Config> {
  /** Strict: an argument it does not list is an error. */
  readonly object: z.ZodObject;
  readonly rules: readonly Rule[];
  /** Old argument name → present name. Using the old one works and gives one warning. */
  readonly renamed: Readonly<Record<string, string>>;
  /** Old arguments that need more than a new name. Applied before anything else. */
  readonly legacy: readonly LegacyArgument[];
  /** From the decoded arguments to what the component works with (`iso_url` folded into `iso_urls`). */
  readonly finish: (decoded: never) => Config;
}

/** A check across arguments. It runs only where all of `arguments` are known and well-typed. */
export interface Rule {
  readonly arguments: readonly string[];
  /** `config` holds decoded arguments; those left out and without a default are absent. */
  readonly check: (config: Readonly<Record<string, unknown>>) => readonly ConfigIssue[];
}

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
}

export type ConfigOf<S> = S extends Schema<infer Config> ? Config : never;

export interface SchemaOptions<Decoded, Config> {
  readonly rules?: readonly Rule[];
  readonly renamed?: Readonly<Record<string, string>>;
  readonly legacy?: readonly LegacyArgument[];
  readonly finish?: (decoded: Decoded) => Config;
}

type Decoded<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape, z.core.$strict>>;

/** Declares the options of a component: `defineSchema({ target: text("Where to write it.") }, { rules: […] })`. */
export function defineSchema<Shape extends z.ZodRawShape, Config = Decoded<Shape>>(
  fields: Shape,
  options: SchemaOptions<Decoded<Shape>, Config> = {},
): Schema<Config> {
  return {
    object: z.strictObject(fields),
    rules: options.rules ?? [],
    renamed: options.renamed ?? {},
    legacy: options.legacy ?? [],
    finish: (options.finish ?? ((decoded: unknown) => decoded)) as (decoded: never) => Config,
  };
}
