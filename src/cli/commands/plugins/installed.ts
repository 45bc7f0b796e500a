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
    stderr.write("Built in, without a plugin:\n");
    for (const [source, components] of builtInPlugins()) stderr.write(`    ${source}: ${components.join(", ")}\n`);
    return EXIT.ok;
  });
};
