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
      const run = Object.hasOwn(actions, action) ? actions[action]! : undefined;
      if (!run) throw new UsageError(`plugins has no action "${action}". It has ${Object.keys(actions).join(", ")}.`);
      return run(context, rest, given, signal);
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
  { host }: CommandContext,
  [path, ...more]: readonly string[],
  given: Flags,
  signal: AbortSignal,
): Promise<number> {
  if (path === undefined || more.length > 0)
    throw new UsageError(`plugins required ${path === undefined ? "needs a" : "takes one"} template`);
  const plugins = await loadPluginRequirements(host, { path, flags: given, signal });
  if (!plugins) return EXIT.failed;
  if (plugins.length === 0) host.stdout.write("The template requires no plugins.\n");
  for (const plugin of plugins) {
    host.stdout.write(
      `${plugin.source} ${JSON.stringify(plugin.version)}: ${isBuiltIn(plugin) ? "built in" : "not there"}\n`,
    );
  }
  return EXIT.ok;
}

function refuse({ host }: CommandContext, source: string | undefined, done: string): Promise<number> {
  const isThere = source !== undefined && isBuiltIn({ source });
  host.stderr.write(
    isThere
      ? `The components of ${source} are built in: nothing was ${done}.\n`
      : `imgbuild cannot host Packer's plugins yet: nothing was ${done}. The components it has:\n    imgbuild docs\n`,
  );
  return Promise.resolve(isThere ? EXIT.ok : EXIT.failed);
}
