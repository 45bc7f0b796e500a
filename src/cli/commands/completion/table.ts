import type { CommandTable } from "../../command.ts";

/** What can be typed. The completion scripts contain it, so that they answer without starting imgbuild. */
export interface CompletionTable {
  readonly commands: readonly CompletedCommand[];
}

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly CompletedFlag[];
  /** Words for the first argument, where they are few (`bash`, `required`). Files otherwise. */
  readonly words: readonly string[];
}

export interface CompletedFlag {
  readonly name: string;
  readonly description: string;
  readonly hasValue: boolean;
  readonly choices: readonly string[];
}

const WORDS: Readonly<Record<string, readonly string[]>> = {
  completion: ["bash", "zsh", "fish"],
  checkpoints: ["list", "show", "rm", "prune"],
  plugins: ["installed", "required", "install", "remove"],
};

export async function completionTable(commands: CommandTable, types: readonly string[]): Promise<CompletionTable> {
  const words = { ...WORDS, docs: types };
  const listed = Object.entries(commands).filter(([, { hidden }]) => hidden !== true);
  const completed = listed.map(async ([name, entry]): Promise<CompletedCommand> => {
    const { flags } = await entry.load();
    const shown = Object.entries(flags).filter(([, { hidden }]) => hidden !== true);
    return {
      name,
      summary: entry.summary,
      words: (words as Readonly<Record<string, readonly string[]>>)[name] ?? [],
      flags: shown.map(([flag, { kind, description, ...rest }]) => ({
        name: flag,
        description,
        hasValue: kind !== "boolean",
        choices: "choices" in rest ? rest.choices : [],
      })),
    };
  });
  return { commands: await Promise.all(completed) };
}
