import { isAbsolute, resolve } from "node:path";
import { parseVersionConstraint, type VersionConstraint } from "../../../lib/version-constraint.ts";
import { listInstalled, meets } from "../../../plugin-host/installed/installed-plugins.ts";
import { removePlugin } from "../../../plugin-host/install/remove-plugin.ts";
import { EXIT } from "../../command.ts";
import { pluginSource } from "../../plugins/install-options.ts";
import type { PluginWorld } from "../../plugins/plugin-world.ts";
import { UsageError } from "../../usage-error.ts";
import type { Action } from "./action.ts";
import { builtInPlugin } from "./built-in.ts";
import { withWorld } from "./with-world.ts";

/** As Packer: removes by source and version, or one binary by its absolute path, and prints what it removed. */
export const remove: Action = (context, input) => {
  const [name, constraint, ...more] = input.rest;
  if (name === undefined || more.length > 0)
    throw new UsageError("plugins remove takes a plugin, and a version if not all");
  const parsed = parseVersionConstraint(constraint ?? ">= 0");
  if (!parsed) throw new UsageError(`"${constraint}" is no version, such as 1.2.3 or "~> 1.2"`);
  if (isAbsolute(name) && constraint !== undefined)
    throw new UsageError("plugins remove takes no version beside a path");
  const { stdout, stderr } = context.host;
  return withWorld(context, input, async ({ world }) => {
    const paths = await findPaths(world, name, parsed);
    for (const path of paths) {
      await removePlugin(path, world.directory);
      stdout.write(`${path}\n`);
    }
    if (paths.length > 0) return EXIT.ok;
    const what = constraint === undefined ? name : `${name} ${constraint}`;
    stderr.write(`No installed plugin found matching the plugin constraints ${what}\n`);
    if (builtInPlugin(name)) stderr.write("What is built in of it cannot be removed.\n");
    return EXIT.failed;
  });
};

/** A binary that is no use can be removed as well, by its path. */
async function findPaths(world: PluginWorld, name: string, constraint: VersionConstraint): Promise<readonly string[]> {
  if (isAbsolute(name)) {
    const { usable, refused } = await listInstalled(world);
    return [...usable, ...refused].map(({ path }) => path).filter((path) => path === resolve(name));
  }
  const { usable } = await listInstalled({ ...world, source: pluginSource(name).text });
  return usable.filter(({ version }) => meets(version, constraint)).map(({ path }) => path);
}
