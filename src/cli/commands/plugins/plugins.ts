import { defineCommand } from "../../command.ts";
import { interruptible } from "../../interruptible.ts";
import { UsageError } from "../../usage-error.ts";
import type { Action } from "./action.ts";
import { pluginFlags } from "./flags.ts";
import { install } from "./install.ts";
import { installed } from "./installed.ts";
import { remove } from "./remove.ts";
import { required } from "./required.ts";

export const command = defineCommand({
  name: "plugins",
  summary: "List, install and remove Packer's plugins",
  examples: [
    { command: "imgbuild plugins installed", explains: "the binaries that can be used, one a line" },
    { command: "imgbuild plugins required template.pkr.hcl", explains: "what a template asks for, and what is there" },
    {
      command: "imgbuild plugins install github.com/hashicorp/docker '~> 1'",
      explains: "the newest release of version 1",
    },
    {
      command: "imgbuild plugins install --path ./packer-plugin-x github.com/acme/x",
      explains: "a binary of your own",
    },
    { command: "imgbuild plugins remove github.com/hashicorp/docker", explains: "all versions of it" },
  ],
  arguments: [
    { name: "action", description: "installed, required, install or remove." },
    { name: "argument", description: "The template, or the plugin and its version.", optional: true, variadic: true },
  ],
  flags: pluginFlags,
  notes: [
    "Plugins lie where Packer has them (PACKER_PLUGIN_PATH, PACKER_CONFIG_DIR), and both use what either installed.",
  ],
  run: (context, { positional: [action = "", ...rest], flags: given }) =>
    interruptible(context.process, (signal) => {
      const run = Object.hasOwn(actions, action) ? actions[action]! : undefined;
      if (!run) throw new UsageError(`plugins has no action "${action}". It has ${Object.keys(actions).join(", ")}.`);
      return run(context, { rest, given, signal });
    }),
});

const actions: Readonly<Record<string, Action>> = { installed, required, install, remove };
