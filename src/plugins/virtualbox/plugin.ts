import type { Plugin } from "../../sdk/plugin.ts";

/** Machines of VirtualBox: installed from an ISO, imported, or changed in place. */
export const virtualbox: Plugin = {
  name: "virtualbox",
  source: "github.com/hashicorp/virtualbox",
  version: "1.1.5",
  builders: {
    "virtualbox-iso": async () => (await import("./iso.ts")).builder,
    "virtualbox-ovf": async () => (await import("./ovf.ts")).builder,
    "virtualbox-vm": async () => (await import("./vm.ts")).builder,
  },
  reapers: {
    "virtualbox-disk": async () => (await import("./reaper.ts")).diskReaper,
    "virtualbox-vm": async () => (await import("./reaper.ts")).reaper,
  },
};
