import { resolve } from "node:path";
import { parseVersionConstraint, type VersionConstraint } from "../../../lib/version-constraint.ts";
import { listInstalled } from "../../../plugin-host/installed/installed-plugins.ts";
import { installLocal } from "../../../plugin-host/install/install-local.ts";
import { installRelease } from "../../../plugin-host/install/install-release.ts";
import { EXIT, type CommandContext } from "../../command.ts";
import { installOptions, pluginSource } from "../../plugins/install-options.ts";
import { UsageError } from "../../usage-error.ts";
import type { Action, ActionInput } from "./action.ts";
import { builtInPlugin } from "./built-in.ts";
import { withWorld, type PluginWork } from "./with-world.ts";

export const install: Action = (context, input) => {
  const { rest, given } = input;
  const [source, constraint, ...more] = rest;
  if (source === undefined || more.length > 0)
    throw new UsageError("plugins install takes a plugin, and a version if it is not to be the newest");
  if (given.path !== undefined && constraint !== undefined)
    throw new UsageError("plugins install takes no version beside --path: the binary says it");
  const parsed = parseVersionConstraint(constraint ?? ">= 0");
  if (!parsed) throw new UsageError(`"${constraint}" is no version, such as 1.2.3 or "~> 1.2"`);
  return withWorld(context, input, async (work) => {
    if (given.path !== undefined) await fromFile(context, input, work);
    else await fromRelease(context, input, { ...work, constraint: parsed });
    if (builtInPlugin(source)) context.host.stderr.write(`What is built in of ${source} is used all the same.\n`);
    return EXIT.ok;
  });
};

async function fromFile({ host }: CommandContext, { rest, given }: ActionInput, { world }: PluginWork): Promise<void> {
  const source = pluginSource(rest[0]!);
  const file = resolve(host.cwd, given.path!);
  const { directory, env, signal } = world;
  const { path } = await installLocal(file, { directory, env, signal, source: source.text });
  host.stdout.write(`Successfully installed plugin ${source.text} from ${file} to ${path}\n`);
}

async function fromRelease(
  { host }: CommandContext,
  { rest, given }: ActionInput,
  { world, emit, constraint }: PluginWork & { readonly constraint: VersionConstraint },
): Promise<void> {
  const source = pluginSource(rest[0]!);
  const { usable } = await listInstalled({ ...world, source: source.text });
  const there = (version: string) => (given.force ? undefined : usable.find((plugin) => plugin.version === version));
  const request = { source: source.text, constraint, constraintText: rest[1] ?? "" };
  const options = { ...installOptions(source, { host, world, emit, mirror: given.mirror }), installed: there };
  const { version, path, wasThere } = await installRelease(request, options);
  if (wasThere) host.stderr.write(`${source.text} v${version} is installed already.\n`);
  else host.stdout.write(`Installed plugin ${source.text} v${version} in ${JSON.stringify(path)}\n`);
}
