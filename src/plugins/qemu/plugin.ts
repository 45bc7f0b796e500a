import type { Plugin } from "../../sdk/plugin.ts";

/** Machines of QEMU, with KVM or without. */
export const qemu: Plugin = {
  name: "qemu",
  source: "github.com/hashicorp/qemu",
  version: "1.1.4",
  builders: {
    qemu: async () => (await import("./qemu.ts")).builder,
  },
  reapers: {
    "qemu-process": async () => (await import("./reaper.ts")).reaper,
  },
};
