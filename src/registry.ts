import type { Component, ComponentKind, Registry } from "./sdk/component.ts";
import type { ReaperTable } from "./sdk/journal.ts";

type Table = Readonly<Record<string, () => Promise<unknown>>>;

/**
 * Every component there is, each behind its own import: a template loads what it names and nothing else.
 * Adding a component is one line here.
 */
const components: { readonly [Kind in ComponentKind]: Table } = {
  builder: {
    file: async () => (await import("./builders/file/file.ts")).builder,
    qemu: async () => (await import("./builders/qemu/qemu.ts")).builder,
  },
  provisioner: {
    file: async () => (await import("./provisioners/file/file.ts")).provisioner,
    reboot: async () => (await import("./provisioners/reboot/reboot.ts")).provisioner,
    shell: async () => (await import("./provisioners/shell/shell.ts")).provisioner,
    "wait-for": async () => (await import("./provisioners/wait-for/wait-for.ts")).provisioner,
  },
  "post-processor": {},
  "data-source": {},
};

/** Who removes what dead runs left, by kind of resource. */
export const reapers: ReaperTable = {
  directory: async () => (await import("./sdk/owned-directory.ts")).reaper,
  file: async () => (await import("./sdk/owned-file.ts")).reaper,
  process: async () => (await import("./sdk/owned-process.ts")).reaper,
  "qemu-process": async () => (await import("./builders/qemu/reaper.ts")).reaper,
};

export const registry: Registry = {
  types: (kind) => Object.keys(components[kind]),
  load: async (kind, type) => {
    const table = components[kind];
    return Object.hasOwn(table, type) ? ((await table[type]!()) as Extract<Component, { kind: typeof kind }>) : undefined;
  },
};
