import { amazon } from "./plugins/amazon/plugin.ts";
import { packer } from "./plugins/packer/plugin.ts";
import { qemu } from "./plugins/qemu/plugin.ts";
import { vagrant } from "./plugins/vagrant/plugin.ts";
import { virtualbox } from "./plugins/virtualbox/plugin.ts";
import { windowsUpdate } from "./plugins/windows-update/plugin.ts";
import type { Component, ComponentKind } from "./sdk/component.ts";
import type { Registry } from "./sdk/registry.ts";
import type { ReaperTable } from "./sdk/journal.ts";
import type { LazyTable, Plugin } from "./sdk/plugin.ts";
import type { OpenStorePlace } from "./sdk/store-place.ts";

/** Every plugin that is built in. A component is one line in its plugin's `plugin.ts`. */
export const plugins: readonly Plugin[] = [amazon, packer, qemu, virtualbox, vagrant, windowsUpdate];

export const registry: Registry = {
  plugins,
  types: (kind) => plugins.flatMap((plugin) => Object.keys(tableOf(plugin, kind))),
  load: async (kind, type) => {
    const table = plugins.map((plugin) => tableOf(plugin, kind)).find((candidate) => Object.hasOwn(candidate, type));
    return (await table?.[type]!()) as Extract<Component, { kind: typeof kind }> | undefined;
  },
};

/** Who removes what dead runs left, by kind of resource. */
export const reapers: ReaperTable = {
  directory: async () => (await import("./owned/owned-directory.ts")).reaper,
  file: async () => (await import("./owned/owned-file.ts")).reaper,
  lock: async () => (await import("./owned/owned-lock.ts")).reaper,
  "run-processes": async () => (await import("./owned/run-processes.ts")).reaper,
  process: async () => (await import("./owned/owned-process.ts")).reaper,
  "plugin-machine": async () => (await import("./owned/plugin-machine.ts")).reaper,
  "plugin-process": async () => (await import("./owned/plugin-process.ts")).reaper,
  ...Object.assign({}, ...plugins.map((plugin) => plugin.reapers)),
};

/** Where stores can be beside directories, by the scheme of the address. */
export const storePlaces: LazyTable<OpenStorePlace> = Object.assign(
  {},
  ...plugins.map((plugin) => plugin.storePlaces),
) as LazyTable<OpenStorePlace>;

function tableOf(plugin: Plugin, kind: ComponentKind): LazyTable<unknown> {
  const tables = {
    builder: plugin.builders,
    provisioner: plugin.provisioners,
    "post-processor": plugin.postProcessors,
    "data-source": plugin.dataSources,
  };
  return tables[kind] ?? {};
}
