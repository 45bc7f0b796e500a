import type { Plugin } from "../../sdk/plugin.ts";

/** Vagrant boxes, and where they are published. */
export const vagrant: Plugin = {
  name: "vagrant",
  source: "github.com/hashicorp/vagrant",
  version: "1.1.7",
  postProcessors: {
    vagrant: async () => (await import("./box/vagrant.ts")).postProcessor,
    "vagrant-cloud": async () => (await import("./cloud/vagrant-cloud.ts")).postProcessor,
    "vagrant-registry": async () => (await import("./registry/vagrant-registry.ts")).postProcessor,
  },
};
