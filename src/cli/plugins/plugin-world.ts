import { cacheDirectory } from "../../core/directories.ts";
import { createFactsCache } from "../../plugin-host/installed/facts-cache.ts";
import { thisMachine } from "../../plugin-host/installed/file-name.ts";
import type { ListOptions } from "../../plugin-host/installed/installed-plugins.ts";
import { pluginDirectory } from "../../plugin-host/installed/plugin-directory.ts";
import type { Host } from "../../sdk/host.ts";

/** Where plugins are on this machine, and what is needed to look at them. */
export interface PluginWorld extends Omit<ListOptions, "source"> {
  readonly cacheDirectory: string;
}

export async function openPluginWorld(host: Host, signal: AbortSignal): Promise<PluginWorld> {
  const cache = cacheDirectory(host);
  return {
    directory: await pluginDirectory(host),
    cacheDirectory: cache,
    cache: createFactsCache(cache),
    target: thisMachine,
    env: host.env,
    signal,
  };
}
