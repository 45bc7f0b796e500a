import type { Plugin } from "../../sdk/plugin.ts";

/** The work of rgl's plugin, under its name and with its options. */
export const windowsUpdate: Plugin = {
  name: "windows-update",
  source: "github.com/rgl/windows-update",
  version: "0.18.4",
  provisioners: { "windows-update": async () => (await import("./windows-update.ts")).provisioner },
};
