import type { Host } from "../sdk/host.ts";
import type { Redactor } from "../ui/redact.ts";

/**
 * A command as data: parsing, help, completion and reference docs all come from one declaration. Its module is loaded
 * when the command is used, so a module may import statically what it always needs.
 */
export interface Command<Flags extends FlagTable = FlagTable> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Shown first in the help. */
  readonly examples: readonly Example[];
  readonly arguments: readonly CommandArgument[];
  readonly flags: Flags;
  /** Paragraphs below the flags: what a newcomer has to know and the flags do not say. */
  readonly notes?: readonly string[];
  run(context: CommandContext, input: CommandInput<Flags>): Promise<number>;
}

interface Example {
  readonly command: string;
  readonly explains: string;
}

export interface CommandArgument {
  readonly name: string;
  readonly description: string;
  readonly optional?: boolean;
  readonly variadic?: boolean;
}

/** `path...` for an argument that may be repeated. */
export const argumentText = ({ name, variadic }: Pick<CommandArgument, "name" | "variadic">): string =>
  variadic ? `${name}...` : name;

/** `process` is for signals only; everything else comes from `host`. */
export interface CommandContext {
  readonly host: Host;
  readonly process: NodeJS.Process;
  readonly commands: CommandTable;
  /** Called with the redactor of a command, which also masks the error that ends the command. */
  readonly onRedactor: (redactor: Redactor) => void;
}

/** All commands by name, in the order of the help. */
export type CommandTable = Readonly<Record<string, CommandEntry>>;

export interface CommandEntry {
  /** The list of commands must not load them. A test compares it with the command's own. */
  readonly summary: string;
  /** Accepted, but not listed. */
  readonly hidden?: boolean;
  load(): Promise<Command>;
}

export interface CommandInput<Flags extends FlagTable> {
  readonly positional: readonly string[];
  readonly flags: FlagValues<Flags>;
}

export const EXIT = {
  ok: 0,
  /** A build failed, or the template is invalid. */
  failed: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** `fmt -check` found files that are not formatted. */
  unformatted: 3,
  /** A build failed or was interrupted, and something it made could not be removed (`imgbuild cleanup` does). */
  leftBehind: 4,
} as const;

/** Of a command that either succeeds or fails. */
export const exitCode = (succeeded: boolean): number => (succeeded ? EXIT.ok : EXIT.failed);

interface FlagBase {
  readonly description: string;
  /** Not in the help and not completed: kept for compatibility. */
  readonly hidden?: boolean;
  /** The flag is accepted and changes nothing; the sentence says why, once, when it is used. */
  readonly withoutEffect?: string;
}
export interface BooleanFlag extends FlagBase {
  readonly kind: "boolean";
  readonly default: boolean;
}
export interface TextFlag extends FlagBase {
  readonly kind: "text";
  /** For help: `FILE`, `NAME=VALUE`. */
  readonly value: string;
}
/** May be given several times; with `separator`, each may hold several. */
export interface ListFlag extends FlagBase {
  readonly kind: "list";
  readonly value: string;
  readonly separator?: string;
}
interface IntegerFlag<Word extends string = string> extends FlagBase {
  readonly kind: "integer";
  readonly value: string;
  readonly default: number;
  /** May stand in place of the number. */
  readonly word?: Word;
}
interface ChoiceFlag<Choice extends string = string> extends FlagBase {
  readonly kind: "choice";
  readonly choices: readonly Choice[];
  readonly default: NoInfer<Choice> | undefined;
}
export type Flag = BooleanFlag | TextFlag | ListFlag | IntegerFlag | ChoiceFlag;
export type FlagTable = Readonly<Record<string, Flag>>;

type FlagValue<F extends Flag> = F extends BooleanFlag
  ? boolean
  : F extends TextFlag
    ? string | undefined
    : F extends ListFlag
      ? readonly string[]
      : F extends IntegerFlag
        ? number | (F extends { readonly word: infer Word extends string } ? Word : never)
        : F extends ChoiceFlag<infer Choice>
          ? Choice | (undefined extends F["default"] ? undefined : never)
          : never;
/** Flag names as typed (`parallel-builds`) to values. */
export type FlagValues<Flags extends FlagTable> = { readonly [Name in keyof Flags]: FlagValue<Flags[Name]> };

type More = Pick<FlagBase, "hidden" | "withoutEffect">;
export const booleanFlag = (description: string, more: More & { readonly default?: boolean } = {}): BooleanFlag => ({
  kind: "boolean",
  description,
  ...more,
  default: more.default ?? false,
});
export const textFlag = (value: string, description: string, more: More = {}): TextFlag => ({
  kind: "text",
  value,
  description,
  ...more,
});
export const listFlag = (
  value: string,
  description: string,
  more: More & { readonly separator?: string } = {},
): ListFlag => ({ kind: "list", value, description, ...more });
export const integerFlag = <const Extra extends { readonly word?: string }>(
  value: string,
  description: string,
  more: More & Extra & { readonly default: number },
) => ({ kind: "integer" as const, value, description, ...more });
export const choiceFlag = <const Choice extends string, Default extends NoInfer<Choice> | undefined = undefined>(
  choices: readonly Choice[],
  description: string,
  more: More & { readonly default?: Default } = {},
) => ({ kind: "choice" as const, choices, description, ...more, default: more.default as Default });

/** Keeps the types of the flags for `run`. */
export function defineCommand<const Flags extends FlagTable>(command: Command<Flags>): Command<Flags> {
  return command;
}
