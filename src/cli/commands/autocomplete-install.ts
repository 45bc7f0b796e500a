import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ensureDirectory } from "../../lib/ensure-directory.ts";
import { writeUserFile } from "../../lib/user-file.ts";
import { writeFailure } from "../../sdk/write-failure.ts";
import { defineCommand, EXIT, type CommandContext } from "../command.ts";
import { isShell, shells, type Shell } from "./completion/shells.ts";
import { withComponentTypes } from "./completion/component-types.ts";
import { completionTable } from "./completion/table.ts";

export const command = defineCommand({
  name: "autocomplete-install",
  summary: "Put the completion script in place for your shell",
  examples: [{ command: "imgbuild -autocomplete-install", explains: "takes the shell from $SHELL" }],
  arguments: [],
  flags: {},
  run: async (context) => {
    const own = ownShell(context);
    if (!own) return EXIT.failed;
    return withComponentTypes(context, (types) => install(context, own, types));
  },
});

async function install(context: CommandContext, own: OwnShell, types: readonly string[]): Promise<number> {
  const script = own.shell.script(await completionTable(context.commands, types));
  await writeScript(own.path, script).catch(async (cause: unknown) => {
    throw await writeFailure(own.path, cause);
  });
  const more = own.name === "zsh" ? zshSetup(dirname(own.path)) : "";
  context.host.stdout.write(`Completion for ${own.name} is in ${own.path}. It works in new shells.${more}\n`);
  return EXIT.ok;
}

async function writeScript(path: string, script: string): Promise<void> {
  await ensureDirectory(dirname(path));
  await writeUserFile(path, script);
}

const zshSetup = (directory: string): string =>
  `\nzsh reads it when the directory is in fpath; in ~/.zshrc, before compinit:\n    fpath=(${directory} $fpath)`;

export interface OwnShell {
  readonly name: string;
  readonly shell: Shell;
  readonly path: string;
}

/** Undefined, after saying so, where there is no completion for the user's shell. */
export function ownShell({ host }: CommandContext): OwnShell | undefined {
  const name = basename(host.env["SHELL"] ?? "");
  if (isShell(name)) return { name, shell: shells[name], path: join(host.homeDir, shells[name].path) };
  const known = Object.keys(shells).join(", ");
  host.stderr.write(`There is completion for ${known}, and your shell ($SHELL) is "${name}".\n`);
  return undefined;
}

/** `-autocomplete-uninstall`. */
export async function uninstall(context: CommandContext): Promise<number> {
  const own = ownShell(context);
  if (!own) return EXIT.failed;
  await rm(own.path, { force: true });
  context.host.stdout.write(`${own.path} is removed.\n`);
  return EXIT.ok;
}
