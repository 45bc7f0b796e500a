import type { Command, CommandEntry, CommandTable } from "./command.ts";

const entry = (summary: string, load: () => Promise<{ readonly command: unknown }>, hidden = false): CommandEntry => ({
  summary,
  hidden,
  load: async () => (await load()).command as Command,
});

/** In the order of the help. */
export const commands: CommandTable = {
  new: entry("Write a template that builds, into a new folder", () => import("./commands/new/new.ts")),
  build: entry("Build images from a template", () => import("./commands/build.ts")),
  develop: entry("Keep the machine, and run again what changes in a template", () => import("./commands/develop.ts")),
  validate: entry("Check a template without building anything", () => import("./commands/validate.ts")),
  plan: entry(
    "Show the units of work of many templates, for people and for CI engines",
    () => import("./commands/plan/plan.ts"),
  ),
  fmt: entry("Rewrite templates in the canonical style", () => import("./commands/fmt/fmt.ts")),
  inspect: entry("Show what a template declares", () => import("./commands/inspect/inspect.ts")),
  console: entry(
    "Try expressions with the variables, locals and functions of a template",
    () => import("./commands/console/console.ts"),
  ),
  "post-process": entry(
    "Run the post-processors that an earlier build did not come to",
    () => import("./commands/post-process.ts"),
  ),
  manifest: entry(
    "Put manifests and metadata files of many machines together",
    () => import("./commands/manifest/manifest.ts"),
  ),
  store: entry("List, take, put and remove builds that machines share", () => import("./commands/store/store.ts")),
  runs: entry(
    "List runs: how they ended, what they made, where their logs are",
    () => import("./commands/runs/runs.ts"),
  ),
  cleanup: entry("Remove what runs that died left behind", () => import("./commands/cleanup.ts")),
  checkpoints: entry(
    "List and remove machines saved between provisioners",
    () => import("./commands/checkpoints/checkpoints.ts"),
  ),
  screen: entry("Show the screens of the machines being built", () => import("./commands/screen.ts")),
  docs: entry("Show what a component, an option or a function does", () => import("./commands/docs/docs.ts")),
  init: entry("Install the plugins a template requires", () => import("./commands/init.ts")),
  plugins: entry("List, install and remove Packer's plugins", () => import("./commands/plugins/plugins.ts")),
  completion: entry(
    "Print a completion script for bash, zsh or fish",
    () => import("./commands/completion/completion.ts"),
  ),
  version: entry("Print the version", () => import("./commands/version.ts")),
  "autocomplete-install": entry(
    "Put the completion script in place for your shell",
    () => import("./commands/autocomplete-install.ts"),
    true,
  ),
  "autocomplete-uninstall": entry(
    "Remove the completion script of your shell",
    () => import("./commands/autocomplete-uninstall.ts"),
    true,
  ),
  fix: entry("Bring an old JSON template up to date", () => import("./commands/fix.ts")),
  hcl2_upgrade: entry("Turn a JSON template into HCL2", () => import("./commands/hcl2-upgrade.ts")),
};
