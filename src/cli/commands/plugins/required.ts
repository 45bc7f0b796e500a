import { parseVersionConstraint } from "../../../lib/version-constraint.ts";
import { listInstalled, meets } from "../../../plugin-host/installed/installed-plugins.ts";
import { EXIT } from "../../command.ts";
import { lockProblem } from "../../../plugin-host/install/plugin-lock.ts";
import { readLockFile } from "../../plugins/lock-file.ts";
import { templateDirectory } from "../../template-flags.ts";
import { UsageError } from "../../usage-error.ts";
import type { Action } from "./action.ts";
import { builtInNote, builtInPlugin } from "./built-in.ts";
import { loadPluginRequirements } from "./load-requirements.ts";
import { withWorld } from "./with-world.ts";

/** As Packer: `NAME SOURCE "CONSTRAINT" PATH…`, the last path being the one that is used. */
export const required: Action = async (context, input) => {
  const { rest, given, signal } = input;
  const { host } = context;
  const [path, ...more] = rest;
  if (path === undefined || more.length > 0)
    throw new UsageError(`plugins required ${path === undefined ? "needs a" : "takes one"} template`);
  const plugins = await loadPluginRequirements(context, { path, flags: given, signal });
  if (!plugins) return EXIT.failed;
  if (plugins.length === 0) host.stderr.write("The template requires no plugins.\n");
  return withWorld(context, input, async ({ world, emit }) => {
    const lock = await readLockFile(templateDirectory(host, path));
    for (const plugin of plugins) {
      const { name, source, version } = plugin;
      const { usable, refused } = await listInstalled({ ...world, source });
      const matching = usable.filter((other) => meets(other.version, parseVersionConstraint(version) ?? []));
      const paths = matching.map((other) => ` ${other.path}`);
      host.stdout.write(`${name} ${source} ${JSON.stringify(version)}${paths.join("")}\n`);
      for (const { path: file, reason } of refused) emit({ kind: "warning", text: `${file} is not used. ${reason}` });
      const used = matching.at(-1);
      const problem = used && lockProblem(used, lock.get(source));
      if (problem !== undefined) emit({ kind: "warning", text: `${source}: ${problem}` });
      const note = builtInPlugin(source) ? `built in. ${builtInNote(plugin) ?? ""}`.trim() : undefined;
      if (note !== undefined) host.stderr.write(`${name} is ${note}\n`);
      else if (!used) host.stderr.write(`${name} is not installed. To install it:\n    imgbuild init ${path}\n`);
    }
    return EXIT.ok;
  });
};
