import { registry } from "../../../registry.ts";
import type { ComponentKind } from "../../../sdk/component.ts";
import type { CommandContext } from "../../command.ts";
import { interruptible } from "../../interruptible.ts";
import { withPluginRoom } from "../../plugins/plugin-room.ts";
import { withHosted } from "../../plugins/with-hosted.ts";

const KINDS: readonly ComponentKind[] = ["builder", "provisioner", "post-processor", "data-source"];

/** What `docs` can be asked for: the types of what is built in, and of the plugins that are installed now. */
export async function withComponentTypes(
  { host, process }: Pick<CommandContext, "host" | "process">,
  body: (types: readonly string[]) => Promise<number>,
): Promise<number> {
  return interruptible(process, async (signal) => {
    // Where plugins cannot be looked at, there is completion for the rest.
    const hosted = await withPluginRoom(host, signal, (room) => room.list()).catch(() => []);
    const all = withHosted(registry, hosted);
    return body([...new Set(KINDS.flatMap((kind) => all.types(kind)))].sort());
  });
}
