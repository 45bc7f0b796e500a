import { booleanFlag, defineCommand, EXIT, textFlag, type CommandContext, type FlagValues } from "../../command.ts";
import { interruptible } from "../../interruptible.ts";
import { builtInPlugins, isBuiltIn } from "./built-in.ts";
import { loadPluginRequirements } from "./load-requirements.ts";
import { templateFlags } from "../../template-flags.ts";
import { UsageError } from "../../usage-error.ts";

const flags = {
  ...templateFlags,
  path: textFlag("FILE", "", { hidden: true }),
  force: booleanFlag("", { hidden: true }),
};
type Flags = FlagValues<typeof flags>;

export const command = defineCommand({
  name: "plugins",
  summary: "Show which plugins a template requires and which are built in",
  examples: [
    {
      command: "imgbuild plugins required template.pkr.hcl",
      explains: "what the template asks for, and whether it is there",
    },
    { command: "imgbuild plugins installed", explains: "the plugins whose components are built in" },
  ],
  arguments: [
    { name: "action", description: "installed, required, install or remove." },
    { name: "argument", description: "The template, or the plugin.", optional: true, variadic: true },
  ],
  flags,
  notes: ["imgbuild cannot host Packer's plugins yet: install and remove say so and do nothing."],
  run: (context, { positional: [action = "", ...rest], flags: given }) =>
    interruptible(context.process, (signal) => {
      if (Object.hasOwn(actions, action)) return actions[action]!(context, rest, given, signal);
      const known = Object.keys(actions).join(", ");
      throw new UsageError(`plugins has no action "${action}". It has ${known}.`);
    }),
});

type Action = (context: CommandContext, rest: readonly string[], given: Flags, signal: AbortSignal) => Promise<number>;

const actions: Readonly<Record<string, Action>> = {
  installed: ({ host }) => {
    for (const [source, components] of builtInPlugins())
      host.stdout.write(`${source} (built in): ${components.join(", ")}\n`);
    return Promise.resolve(EXIT.ok);
  },
  required,
  install: (context, [source]) => refuse(context, source, "installed"),
  remove: (context, [source]) => refuse(context, source, "removed"),
};

async function required(
  context: CommandContext,
  [path, ...more]: readonly string[],
  given: Flags,
  signal: AbortSignal,
): Promise<number> {
  const { host } = context;
  if (path === undefined) throw new UsageError("plugins required needs a template");
  if (more.length > 0) throw new UsageError("plugins required takes one template");
  const plugins = await loadPluginRequirements(context, { path, flags: given, signal });
  if (!plugins) return EXIT.failed;
  if (plugins.length === 0) host.stdout.write("The template requires no plugins.\n");
  for (const plugin of plugins) {
    const state = isBuiltIn(plugin) ? "built in" : "not there";
    host.stdout.write(`${plugin.source} ${JSON.stringify(plugin.version)}: ${state}\n`);
  }
  return EXIT.ok;
}

function refuse({ host }: CommandContext, source: string | undefined, done: string): Promise<number> {
  if (source !== undefined && isBuiltIn({ source })) {
    host.stderr.write(`The components of ${source} are built in: nothing was ${done}.\n`);
    return Promise.resolve(EXIT.ok);
  }
  host.stderr.write(
    `imgbuild cannot host Packer's plugins yet: nothing was ${done}. The components it has:\n    imgbuild docs\n`,
  );
  return Promise.resolve(EXIT.failed);
}
