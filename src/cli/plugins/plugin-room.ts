import type { Emit } from "../../sdk/event.ts";
import type { Host } from "../../sdk/host.ts";
import type { RegistryTemplate } from "../../template/load-options.ts";
import { composeRegistry, type ComposedRegistry } from "./composed-registry.ts";
import type { HostedComponents, HostedType } from "./hosted-components.ts";
import type { PluginRoomOptions } from "./open-hosting.ts";

/** Plugins of Packer's in the course of one command. Nothing of them is loaded before a template needs one. */
export interface PluginRoom {
  registryFor(template: RegistryTemplate, wanted: WantedPlugins): ComposedRegistry;
  /** Of all plugins that are installed. */
  list(): Promise<readonly HostedType[]>;
  /** Ends what still runs. */
  close(): Promise<void>;
}

interface WantedPlugins {
  /** `-plugin`. */
  readonly preferred: readonly string[];
  /** No development builds. */
  readonly releasesOnly?: boolean | undefined;
}

export function createPluginRoom(room: Omit<PluginRoomOptions, "releasesOnly">): PluginRoom {
  const closing: (() => Promise<void>)[] = [];
  const load = async (
    template: Omit<RegistryTemplate, "requiredPlugins">,
    releasesOnly = false,
  ): Promise<HostedComponents> => {
    const { openHosting } = await import("./open-hosting.ts");
    const { components, close } = await openHosting({ ...room, releasesOnly }, template);
    closing.push(close);
    return components;
  };
  return {
    registryFor: (template, { preferred: given, releasesOnly }) => {
      let hosted: Promise<HostedComponents> | undefined;
      const preferred = given.length > 0 ? given : names(room.host.env["IMGBUILD_PLUGINS"]);
      return composeRegistry({ template, preferred, loadHosted: () => (hosted ??= load(template, releasesOnly)) });
    },
    list: async () => (await load({ directory: room.host.cwd, sensitiveVariables: [] })).list(),
    close: async () => {
      await Promise.all(closing.splice(0).map((close) => close()));
    },
  };
}

function names(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** For a command that reads no template. What plugins have to say goes to standard error. */
export async function withPluginRoom<Result>(
  host: Host,
  signal: AbortSignal,
  body: (room: PluginRoom) => Promise<Result>,
): Promise<Result> {
  const emit: Emit = (event) => {
    if (event.kind === "warning") host.stderr.write(`Warning: ${event.text}\n`);
  };
  const room = createPluginRoom({ host, options: { force: false, debug: false, onError: "cleanup" }, emit, signal });
  try {
    return await body(room);
  } finally {
    await room.close();
  }
}
