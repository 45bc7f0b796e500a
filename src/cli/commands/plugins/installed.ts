import type { InstalledPlugin } from "../../../plugin-host/installed/check-binary.ts";
import { listInstalled } from "../../../plugin-host/installed/installed-plugins.ts";
import { EXIT } from "../../command.ts";
import { UsageError } from "../../usage-error.ts";
import type { Action } from "./action.ts";
import { builtInPlugins } from "./built-in.ts";
import { withWorld } from "./with-world.ts";

/** As Packer: the path of each binary that can be used, one a line. What scripts do not read goes to standard error. */
export const installed: Action = (context, input) => {
  if (input.rest.length > 0) throw new UsageError("plugins installed takes no argument");
  const { stdout, stderr } = context.host;
  return withWorld(context, input, async ({ world, emit }) => {
    const { usable, refused } = await listInstalled(world);
    for (const { path } of usable) stdout.write(`${path}\n`);
    for (const { path, reason } of refused) emit({ kind: "warning", text: `${path} is not used. ${reason}` });
    for (const text of sharedNames(usable)) emit({ kind: "warning", text });
    stderr.write("Built in, without a plugin:\n");
    for (const [source, components] of builtInPlugins()) stderr.write(`    ${source}: ${components.join(", ")}\n`);
    return EXIT.ok;
  });
};

/** Names that several makers gave to their plugins: without a word of the template, the one whose version is highest is used. */
function sharedNames(plugins: readonly InstalledPlugin[]): readonly string[] {
  const names = [...new Set(plugins.map(({ name }) => name))];
  return names.flatMap((name) => {
    const sources = new Set(plugins.filter((plugin) => plugin.name === name).map(({ source }) => source));
    if (sources.size < 2) return [];
    return [
      `Several plugins are called "${name}": ${[...sources].join(", ")}. A template says with "source" which it means.`,
    ];
  });
}
