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
  fmt: entry("Rewrite templates in the canonical style", () => import("./fmt.ts")),
  inspect: entry("Show what a template declares", () => import("./inspect.ts")),
  console: entry(
    "Try expressions with the variables, locals and functions of a template",
    () => import("./console.ts"),
  ),
  "post-process": entry("Run the post-processors of a finished build again", () => import("./post-process.ts")),
  runs: entry("List runs: how they ended, what they made, where their logs are", () => import("./runs.ts")),
  cleanup: entry("Remove what runs that died left behind", () => import("./cleanup.ts")),
  screen: entry("Show the screens of the machines being built", () => import("./screen.ts")),
  docs: entry("Show the options of a builder, provisioner, post-processor or data source", () => import("./docs.ts")),
  init: entry("Check that everything a template requires is there", () => import("./init.ts")),
  plugins: entry("Show which plugins a template requires and which are built in", () => import("./plugins.ts")),
  completion: entry("Print a completion script for bash, zsh or fish", () => import("./completion.ts")),
  version: entry("Print the version", () => import("./version.ts")),
  "autocomplete-install": entry(
    "Put the completion script in place for your shell",
    () => import("./autocomplete-install.ts"),
    true,
  ),
  "autocomplete-uninstall": entry(
    "Remove the completion script of your shell",
    () => import("./autocomplete-uninstall.ts"),
    true,
  ),
  fix: entry("Bring an old JSON template up to date", () => import("./fix.ts")),
  hcl2_upgrade: entry("Turn a JSON template into HCL2", () => import("./hcl2-upgrade.ts")),
};
