import type { Component, ComponentKind, Registry } from "./sdk/component.ts";
import type { Reaper, ReaperTable } from "./sdk/journal.ts";

type Table = Readonly<Record<string, () => Promise<unknown>>>;

/**
 * Every component there is, each behind its own import: a template loads what it names and nothing else.
 * Adding a component is one line here.
 */
const components: { readonly [Kind in ComponentKind]: Table } = {
  builder: {
    "amazon-ebs": async () => (await import("./plugins/amazon/builders/ebs.ts")).builder,
    "amazon-ebssurrogate": async () => (await import("./plugins/amazon/builders/ebssurrogate.ts")).builder,
    "amazon-ebsvolume": async () => (await import("./plugins/amazon/builders/ebsvolume.ts")).builder,
    null: async () => (await import("./plugins/packer/builders/null.ts")).builder,
    file: async () => (await import("./plugins/packer/builders/file/file.ts")).builder,
    qemu: async () => (await import("./plugins/qemu/qemu.ts")).builder,
    "virtualbox-iso": async () => (await import("./plugins/virtualbox/iso.ts")).builder,
    "virtualbox-ovf": async () => (await import("./plugins/virtualbox/ovf.ts")).builder,
    "virtualbox-vm": async () => (await import("./plugins/virtualbox/vm.ts")).builder,
  },
  provisioner: {
    file: async () => (await import("./plugins/packer/provisioners/file/file.ts")).provisioner,
    reboot: async () => (await import("./plugins/packer/provisioners/reboot.ts")).provisioner,
    "shell-local": async () => (await import("./plugins/packer/provisioners/shell-local.ts")).provisioner,
    sleep: async () => (await import("./plugins/packer/provisioners/sleep.ts")).provisioner,
    breakpoint: async () => (await import("./plugins/packer/provisioners/breakpoint.ts")).provisioner,
    shell: async () => (await import("./plugins/packer/provisioners/shell/shell.ts")).provisioner,
    "wait-for": async () => (await import("./plugins/packer/provisioners/wait-for/wait-for.ts")).provisioner,
  },
  "post-processor": {
    "amazon-import": async () => (await import("./plugins/amazon/import/amazon-import.ts")).postProcessor,
    artifice: async () => (await import("./plugins/packer/post-processors/artifice.ts")).postProcessor,
    checksum: async () => (await import("./plugins/packer/post-processors/checksum.ts")).postProcessor,
    compress: async () => (await import("./plugins/packer/post-processors/compress/compress.ts")).postProcessor,
    manifest: async () => (await import("./plugins/packer/post-processors/manifest.ts")).postProcessor,
    "shell-local": async () => (await import("./plugins/packer/post-processors/shell-local.ts")).postProcessor,
    vagrant: async () => (await import("./plugins/vagrant/box/vagrant.ts")).postProcessor,
    "vagrant-cloud": async () => (await import("./plugins/vagrant/cloud/vagrant-cloud.ts")).postProcessor,
    "vagrant-registry": async () => (await import("./plugins/vagrant/registry/vagrant-registry.ts")).postProcessor,
  },
  "data-source": {
    "amazon-ami": async () => (await import("./plugins/amazon/data-sources/amazon-ami.ts")).dataSource,
    "amazon-caller-identity": async () =>
      (await import("./plugins/amazon/data-sources/amazon-caller-identity.ts")).dataSource,
    "amazon-parameterstore": async () =>
      (await import("./plugins/amazon/data-sources/amazon-parameterstore.ts")).dataSource,
    "amazon-secretsmanager": async () =>
      (await import("./plugins/amazon/data-sources/amazon-secretsmanager.ts")).dataSource,
    external: async () => (await import("./plugins/packer/data-sources/external.ts")).dataSource,
    file: async () => (await import("./plugins/packer/data-sources/file.ts")).dataSource,
    http: async () => (await import("./plugins/packer/data-sources/http.ts")).dataSource,
    null: async () => (await import("./plugins/packer/data-sources/null.ts")).dataSource,
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
  "qemu-process": async () => (await import("./plugins/qemu/reaper.ts")).reaper,
  "virtualbox-disk": async () => (await import("./plugins/virtualbox/reaper.ts")).diskReaper,
  "virtualbox-vm": async () => (await import("./plugins/virtualbox/reaper.ts")).reaper,
};

async function amazonReaper(kind: string): Promise<Reaper> {
  return (await import("./plugins/amazon/aws/reapers.ts")).amazonReapers.get(kind)!;
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
