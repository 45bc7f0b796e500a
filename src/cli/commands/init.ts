import type { RequiredPlugin } from "../../template/model.ts";
import { booleanFlag, defineCommand, EXIT, type CommandContext, type FlagValues } from "../command.ts";
import { interruptible } from "../interruptible.ts";
import { isBuiltIn } from "./plugins/built-in.ts";
import { loadPluginRequirements } from "./plugins/load-requirements.ts";
import { templateArgument, templateFlags } from "../template-flags.ts";

const flags = {
  ...templateFlags,
  upgrade: booleanFlag("", { hidden: true, withoutEffect: "all components are built in." }),
  force: booleanFlag("", { hidden: true, withoutEffect: "all components are built in." }),
  "ignore-prerelease-plugins": booleanFlag("", { hidden: true, withoutEffect: "all components are built in." }),
};

export const command = defineCommand({
  name: "init",
  summary: "Check that everything a template requires is there",
  examples: [
    { command: "imgbuild init template.pkr.hcl", explains: "nothing is downloaded: the components are built in" },
  ],
  arguments: [templateArgument],
  flags,
  notes: ["imgbuild needs no plugins for the components it has (imgbuild docs), and cannot run Packer's plugins yet."],
  run: (context, { positional: [path = ""], flags: given }) =>
    interruptible(context.process, (signal) => init(context, path, given, signal)),
});

async function init(
  context: CommandContext,
  path: string,
  given: FlagValues<typeof flags>,
  signal: AbortSignal,
): Promise<number> {
  const { host } = context;
  const plugins = await loadPluginRequirements(context, { path, flags: given, signal });
  if (!plugins) return EXIT.failed;
  if (plugins.length === 0) {
    host.stdout.write("The template requires no plugins. All components of imgbuild are built in: nothing to do.\n");
    return EXIT.ok;
  }
  for (const plugin of plugins) host.stdout.write(`${describe(plugin)}\n`);
  const missing = plugins.filter((plugin) => !isBuiltIn(plugin));
  if (missing.length === 0) return EXIT.ok;
  const names = missing.map(({ name }) => name).join(", ");
  host.stderr.write(`imgbuild cannot run Packer's plugins yet, so builds that use ${names} cannot run.\n`);
  return EXIT.failed;
}

function describe(plugin: RequiredPlugin): string {
  const { name, source, version } = plugin;
  const state = isBuiltIn(plugin) ? "built in, nothing to install" : "imgbuild does not have it";
  return `${name} (${source} ${version}): ${state}.`;
}
