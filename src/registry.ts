import type { Component, ComponentKind, Registry } from "./sdk/component.ts";
import type { Reaper, ReaperTable } from "./sdk/journal.ts";

type Table = Readonly<Record<string, () => Promise<unknown>>>;

/**
 * Every component there is, each behind its own import: a template loads what it names and nothing else.
 * Adding a component is one line here.
 */
const components: { readonly [Kind in ComponentKind]: Table } = {
  builder: {
    "amazon-ebs": async () => (await import("./builders/amazon/ebs.ts")).builder,
    "amazon-ebssurrogate": async () => (await import("./builders/amazon/ebssurrogate.ts")).builder,
    "amazon-ebsvolume": async () => (await import("./builders/amazon/ebsvolume.ts")).builder,
    null: async () => (await import("./builders/null/null.ts")).builder,
    file: async () => (await import("./builders/file/file.ts")).builder,
    qemu: async () => (await import("./builders/qemu/qemu.ts")).builder,
    "virtualbox-iso": async () => (await import("./builders/virtualbox/iso.ts")).builder,
    "virtualbox-ovf": async () => (await import("./builders/virtualbox/ovf.ts")).builder,
    "virtualbox-vm": async () => (await import("./builders/virtualbox/vm.ts")).builder,
  },
  provisioner: {
    file: async () => (await import("./provisioners/file/file.ts")).provisioner,
    reboot: async () => (await import("./provisioners/reboot/reboot.ts")).provisioner,
    "shell-local": async () => (await import("./provisioners/shell-local/shell-local.ts")).provisioner,
    sleep: async () => (await import("./provisioners/sleep/sleep.ts")).provisioner,
    breakpoint: async () => (await import("./provisioners/breakpoint/breakpoint.ts")).provisioner,
    shell: async () => (await import("./provisioners/shell/shell.ts")).provisioner,
    "wait-for": async () => (await import("./provisioners/wait-for/wait-for.ts")).provisioner,
  },
  "post-processor": {
    "amazon-import": async () => (await import("./post-processors/amazon-import/amazon-import.ts")).postProcessor,
    artifice: async () => (await import("./post-processors/artifice/artifice.ts")).postProcessor,
    checksum: async () => (await import("./post-processors/checksum/checksum.ts")).postProcessor,
    compress: async () => (await import("./post-processors/compress/compress.ts")).postProcessor,
    manifest: async () => (await import("./post-processors/manifest/manifest.ts")).postProcessor,
    "shell-local": async () => (await import("./post-processors/shell-local/shell-local.ts")).postProcessor,
    vagrant: async () => (await import("./post-processors/vagrant/vagrant.ts")).postProcessor,
    "vagrant-cloud": async () => (await import("./post-processors/vagrant-cloud/vagrant-cloud.ts")).postProcessor,
    "vagrant-registry": async () =>
      (await import("./post-processors/vagrant-registry/vagrant-registry.ts")).postProcessor,
  },
  "data-source": {
    "amazon-ami": async () => (await import("./data-sources/amazon-ami/amazon-ami.ts")).dataSource,
    "amazon-caller-identity": async () =>
      (await import("./data-sources/amazon-caller-identity/amazon-caller-identity.ts")).dataSource,
    "amazon-parameterstore": async () =>
      (await import("./data-sources/amazon-parameterstore/amazon-parameterstore.ts")).dataSource,
    "amazon-secretsmanager": async () =>
      (await import("./data-sources/amazon-secretsmanager/amazon-secretsmanager.ts")).dataSource,
    external: async () => (await import("./data-sources/external/external.ts")).dataSource,
    file: async () => (await import("./data-sources/file/file.ts")).dataSource,
    http: async () => (await import("./data-sources/http/http.ts")).dataSource,
    null: async () => (await import("./data-sources/null/null.ts")).dataSource,
  },
};

/** Who removes what dead runs left, by kind of resource. */
export const reapers: ReaperTable = {
  directory: async () => (await import("./sdk/owned-directory.ts")).reaper,
  file: async () => (await import("./sdk/owned-file.ts")).reaper,
  lock: async () => (await import("./sdk/owned-lock.ts")).reaper,
  "run-processes": async () => (await import("./sdk/run-processes.ts")).reaper,
  process: async () => (await import("./sdk/owned-process.ts")).reaper,
  "ec2-image": () => amazonReaper("ec2-image"),
  "ec2-import-task": () => amazonReaper("ec2-import-task"),
  "ec2-instance": () => amazonReaper("ec2-instance"),
  "ec2-key-pair": () => amazonReaper("ec2-key-pair"),
  "ec2-launch-template": () => amazonReaper("ec2-launch-template"),
  "ec2-security-group": () => amazonReaper("ec2-security-group"),
  "ec2-snapshot": () => amazonReaper("ec2-snapshot"),
  "iam-instance-profile": () => amazonReaper("iam-instance-profile"),
  "s3-object": () => amazonReaper("s3-object"),
  "qemu-process": async () => (await import("./builders/qemu/reaper.ts")).reaper,
  "virtualbox-disk": async () => (await import("./builders/virtualbox/reaper.ts")).diskReaper,
  "virtualbox-vm": async () => (await import("./builders/virtualbox/reaper.ts")).reaper,
};

async function amazonReaper(kind: string): Promise<Reaper> {
  return (await import("./sdk/amazon/reapers.ts")).amazonReapers.get(kind)!;
}

export const registry: Registry = {
  types: (kind) => Object.keys(components[kind]),
  load: async (kind, type) => {
    const table = components[kind];
    return Object.hasOwn(table, type)
      ? ((await table[type]!()) as Extract<Component, { kind: typeof kind }>)
      : undefined;
  },
};
