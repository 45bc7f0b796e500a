import { amazonFixers } from "./amazon-fixers.ts";
import type { Fixer } from "./fixer.ts";
import { communicatorFixers } from "./communicator-fixers.ts";
import { imageFixers } from "./image-fixers.ts";
import { otherFixers } from "./other-fixers.ts";
import { virtualBoxFixers } from "./virtualbox-fixers.ts";
import { vmwareFixers } from "./vmware-fixers.ts";

/** In the order in which Packer runs them: some build on what earlier ones did (a renamed builder type). */
const order = [
  "iso-md5",
  "createtime",
  "virtualbox-gaattach",
  "pp-vagrant-override",
  "virtualbox-rename",
  "vmware-rename",
  "parallels-headless",
  "parallels-deprecations",
  "sshkeypath",
  "sshdisableagent",
  "scaleway-access-key",
  "manifest-filename",
  "amazon-shutdown_behavior",
  "amazon-enhanced-networking",
  "amazon-private-ip",
  "amazon-temp-sec-cidrs",
  "docker-email",
  "docker-tag-tags",
  "powershell-escapes",
  "vmware-compaction",
  "hyperv-deprecations",
  "hyperv-vmxc-typo",
  "hyperv-cpu-and-ram",
  "clean-image-name",
  "spot-price-auto-product",
  "qemu-disk-size",
  "galaxy-command",
  "comm-config",
  "ssh-wait-timeout",
  "vsphere-iso-net-disk",
  "iso-checksum-type-and-url",
  "qemu-host-port",
  "azure-exclude_from_latest",
  "proxmox-type",
] as const;

const byName = new Map(
  [...amazonFixers, ...communicatorFixers, ...imageFixers, ...otherFixers, ...virtualBoxFixers, ...vmwareFixers].map(
    (fixer) => [fixer.name, fixer] as const,
  ),
);

/** Every fixer, in the order in which they run. */
export const fixers: readonly Fixer[] = order.map((name) => byName.get(name)!);
