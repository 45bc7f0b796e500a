import type { BoxProvider } from "../provider.ts";
import { aws, azure, digitalOcean, docker, google, scaleway } from "./clouds.ts";
import { hyperv, lxc, parallels, vmware } from "./directories.ts";
import { libvirt } from "./libvirt.ts";
import { virtualbox } from "./virtualbox.ts";

/** Builder id of the artifact → provider of the box. */
export const providerByBuilder: Readonly<Record<string, BoxProvider>> = {
  "mitchellh.virtualbox": virtualbox,
  "transcend.qemu": libvirt,
  "mitchellh.amazonebs": aws,
  "mitchellh.amazon.instance": aws,
  "packer.post-processor.docker-import": docker,
  "packer.post-processor.docker-tag": docker,
  "packer.post-processor.docker-push": docker,
  "mitchellh.vmware": vmware,
  "mitchellh.vmware-esx": vmware,
  "packer.parallels": parallels,
  "MSOpenTech.hyperv": hyperv,
  "ustream.lxc": lxc,
  "pearkes.digitalocean": digitalOcean,
  "packer.googlecompute": google,
  "hashicorp.scaleway": scaleway,
  "Azure.ResourceManagement.VMImage": azure,
};

/** By Vagrant's own name, for `provider_override`. */
export const providerByName: Readonly<Record<string, BoxProvider>> = Object.fromEntries(
  Object.values(providerByBuilder).map((provider) => [provider.name, provider]),
);
