import type { Plugin } from "../../sdk/plugin.ts";

/** What is part of Packer itself, and what imgbuild adds to it. */
export const packer: Plugin = {
  name: "packer",
  builders: {
    null: async () => (await import("./builders/null.ts")).builder,
    file: async () => (await import("./builders/file/file.ts")).builder,
  },
  provisioners: {
    file: async () => (await import("./provisioners/file/file.ts")).provisioner,
    reboot: async () => (await import("./provisioners/reboot.ts")).provisioner,
    powershell: async () => (await import("./provisioners/powershell/powershell.ts")).provisioner,
    "shell-local": async () => (await import("./provisioners/shell-local.ts")).provisioner,
    sleep: async () => (await import("./provisioners/sleep.ts")).provisioner,
    breakpoint: async () => (await import("./provisioners/breakpoint.ts")).provisioner,
    shell: async () => (await import("./provisioners/shell/shell.ts")).provisioner,
    "wait-for": async () => (await import("./provisioners/wait-for/wait-for.ts")).provisioner,
    "windows-restart": async () => (await import("./provisioners/windows-restart/windows-restart.ts")).provisioner,
    "windows-shell": async () => (await import("./provisioners/windows-shell/windows-shell.ts")).provisioner,
  },
  postProcessors: {
    artifice: async () => (await import("./post-processors/artifice.ts")).postProcessor,
    checksum: async () => (await import("./post-processors/checksum.ts")).postProcessor,
    compress: async () => (await import("./post-processors/compress/compress.ts")).postProcessor,
    manifest: async () => (await import("./post-processors/manifest.ts")).postProcessor,
    "shell-local": async () => (await import("./post-processors/shell-local.ts")).postProcessor,
  },
  dataSources: {
    external: async () => (await import("./data-sources/external.ts")).dataSource,
    file: async () => (await import("./data-sources/file.ts")).dataSource,
    http: async () => (await import("./data-sources/http.ts")).dataSource,
    null: async () => (await import("./data-sources/null.ts")).dataSource,
  },
};
