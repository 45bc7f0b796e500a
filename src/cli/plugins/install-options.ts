import { resolve } from "node:path";
import { placesOf, releaseSources } from "../../plugin-host/install/release-sources.ts";
import type { InstallOptions } from "../../plugin-host/install/install-release.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Emit } from "../../sdk/event.ts";
import type { Host } from "../../sdk/host.ts";
import { EXAMPLE_SOURCE, parsePluginSource, type PluginSource } from "../../sdk/plugin-source.ts";
import type { PluginWorld } from "./plugin-world.ts";

export interface Downloading {
  readonly host: Host;
  readonly world: PluginWorld;
  readonly emit: Emit;
  /** `-mirror`. */
  readonly mirror: string | undefined;
}

/** What is needed to fetch the releases of one plugin. Rejects with a `BuildError` where they are offered nowhere. */
export function installOptions(source: PluginSource, { host, world, emit, mirror }: Downloading): InstallOptions {
  const { env, cwd, clock } = host;
  const { directory, cacheDirectory, signal } = world;
  const places = placesOf(env, { cwd, mirror });
  const ring = env["IMGBUILD_PLUGIN_KEYRING"];
  const keyring = ring ? resolve(cwd, ring) : undefined;
  const sources = releaseSources(source, places, { env, signal, keyring, now: () => clock.now() });
  const onProgress = (done: number, total: number | undefined): void =>
    emit({ kind: "progress", label: source.text, done, total, unit: "bytes" });
  return { directory, cacheDirectory, env, signal, sources, onProgress };
}

/** @throws BuildError that says what is wrong with the address. */
export function pluginSource(text: string): PluginSource {
  const source = parsePluginSource(text);
  if (!("problems" in source)) return source;
  throw new BuildError(`"${text}" is no address of a plugin`, {
    hint: `${source.problems.join("\n")}\nAn address looks like ${EXAMPLE_SOURCE}.`,
  });
}
