import { defineCommand, EXIT } from "../../command.ts";
import { isShell, shells } from "./shells.ts";
import { completionTable } from "./table.ts";
import { UsageError } from "../../usage-error.ts";

export const command = defineCommand({
  name: "completion",
  summary: "Print a completion script for bash, zsh or fish",
  examples: [
    { command: "imgbuild completion bash > /etc/bash_completion.d/imgbuild", explains: "bash, for everybody" },
    { command: "imgbuild completion fish > ~/.config/fish/completions/imgbuild.fish", explains: "fish" },
    { command: "imgbuild -autocomplete-install", explains: "put it in place for your own shell" },
  ],
  arguments: [{ name: "shell", description: "bash, zsh or fish." }],
  flags: {},
  run: async ({ host, commands }, { positional: [shell = ""] }) => {
    if (!isShell(shell)) {
      const known = Object.keys(shells).join(", ");
      throw new UsageError(`There is a completion script for ${known}, not for "${shell}"`);
    }
    host.stdout.write(shells[shell].script(await completionTable(commands)));
    return EXIT.ok;
  },
});
