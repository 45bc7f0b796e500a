import { defineCommand, EXIT } from "../../command.ts";
import { isShell, shells } from "./shells.ts";
import { withComponentTypes } from "./component-types.ts";
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
  notes: ["After plugins were installed, print it again: it has the types of components that docs knows."],
  run: async ({ host, commands, process }, { positional: [shell = ""] }) => {
    if (!isShell(shell)) {
      const known = Object.keys(shells).join(", ");
      throw new UsageError(`There is a completion script for ${known}, not for "${shell}"`);
    }
    return withComponentTypes({ host, process }, async (types) => {
      host.stdout.write(shells[shell].script(await completionTable(commands, types)));
      return EXIT.ok;
    });
  },
});
