import type { Command } from "./command.ts";

export interface CommandEntry {
  /** The list of commands must not load them. A test compares it with the command's own. */
  readonly summary: string;
  /** Understood, not listed. */
  readonly hidden?: boolean;
  load(): Promise<Command>;
}

const entry = (summary: string, load: () => Promise<{ readonly command: unknown }>, hidden = false): CommandEntry => ({
  summary,
  hidden,
  load: async () => (await load()).command as Command,
});

/** In the order of the help. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  build: entry("Build images from a template", () => import("./build.ts")),
  validate: entry("Check a template without building anything", () => import("./validate.ts")),
  console: entry("Try expressions with the variables, locals and functions of a template", () => import("./console.ts")),
  inspect: entry("Show what a template declares", () => import("./inspect.ts")),
  runs: entry("List runs: how they ended, what they made, where their logs are", () => import("./runs.ts")),
  cleanup: entry("Remove what runs that died left behind", () => import("./cleanup.ts")),
  version: entry("Print the version", () => import("./version.ts")),
};
