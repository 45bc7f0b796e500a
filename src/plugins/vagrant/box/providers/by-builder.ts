import { BUILDER_ID } from "../../../../sdk/artifact-state.ts";
import type { BoxProvider } from "../provider.ts";
import { aws, azure, digitalOcean, docker, google, scaleway } from "./clouds.ts";
import { hyperv, lxc, parallels, vmware } from "./directories.ts";
import { libvirt } from "./libvirt.ts";
import { virtualbox } from "./virtualbox.ts";

/** Builder id of the artifact → provider of the box. */
export const providerByBuilder: Readonly<Record<string, BoxProvider>> = {
  [BUILDER_ID.virtualbox]: virtualbox,
  [BUILDER_ID.qemu]: libvirt,
  [BUILDER_ID.amazonEbs]: aws,
  [BUILDER_ID.amazonInstance]: aws,
  [BUILDER_ID.dockerImport]: docker,
  [BUILDER_ID.dockerTag]: docker,
  [BUILDER_ID.dockerPush]: docker,
  [BUILDER_ID.vmware]: vmware,
  [BUILDER_ID.vmwareEsx]: vmware,
  [BUILDER_ID.parallels]: parallels,
  [BUILDER_ID.hyperv]: hyperv,
  [BUILDER_ID.lxc]: lxc,
  [BUILDER_ID.digitalOcean]: digitalOcean,
  [BUILDER_ID.googleCompute]: google,
  [BUILDER_ID.scaleway]: scaleway,
  [BUILDER_ID.azure]: azure,
};

/** By Vagrant's own name, for `provider_override`. */
export const providerByName: Readonly<Record<string, BoxProvider>> = Object.fromEntries(
  Object.values(providerByBuilder).map((provider) => [provider.name, provider]),
);
