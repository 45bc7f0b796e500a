import { uninstall } from "./autocomplete-install.ts";
import { defineCommand } from "../command.ts";

export const command = defineCommand({
  name: "autocomplete-uninstall",
  summary: "Remove the completion script of your shell",
  examples: [{ command: "imgbuild -autocomplete-uninstall", explains: "takes the shell from $SHELL" }],
  arguments: [],
  flags: {},
  run: (context) => uninstall(context),
});
