import type { ComponentKind } from "../sdk/component.ts";
import type { Plugin } from "../sdk/plugin.ts";

/**
 * Well-known plugins of others, by the prefix of their component types: a guess for templates that do not say
 * `required_plugins`.
 */
const elsewhere: Readonly<Record<string, string>> = {
  alicloud: "github.com/hashicorp/alicloud",
  ansible: "github.com/hashicorp/ansible",
  azure: "github.com/hashicorp/azure",
  chef: "github.com/hashicorp/chef",
  cloudstack: "github.com/hashicorp/cloudstack",
  converge: "github.com/hashicorp/converge",
  digitalocean: "github.com/digitalocean/digitalocean",
  docker: "github.com/hashicorp/docker",
  exoscale: "github.com/exoscale/exoscale",
  git: "github.com/ethanmdavidson/git",
  googlecompute: "github.com/hashicorp/googlecompute",
  goss: "github.com/yalegh/goss",
  hcloud: "github.com/hetznercloud/hcloud",
  hcp: "github.com/hashicorp/hcp",
  hyperone: "github.com/hashicorp/hyperone",
  hyperv: "github.com/hashicorp/hyperv",
  inspec: "github.com/hashicorp/inspec",
  jdcloud: "github.com/hashicorp/jdcloud",
  kamatera: "github.com/kamatera/kamatera",
  linode: "github.com/linode/linode",
  lxc: "github.com/hashicorp/lxc",
  lxd: "github.com/hashicorp/lxd",
  ncloud: "github.com/hashicorp/ncloud",
  nutanix: "github.com/nutanix-cloud-native/nutanix",
  oneandone: "github.com/hashicorp/oneandone",
  openstack: "github.com/hashicorp/openstack",
  oracle: "github.com/hashicorp/oracle",
  osc: "github.com/outscale/outscale",
  outscale: "github.com/outscale/outscale",
  parallels: "github.com/Parallels/parallels",
  profitbricks: "github.com/hashicorp/profitbricks",
  proxmox: "github.com/hashicorp/proxmox",
  puppet: "github.com/hashicorp/puppet",
  salt: "github.com/hashicorp/salt",
  scaleway: "github.com/scaleway/scaleway",
  sshkey: "github.com/ivoronin/sshkey",
  tart: "github.com/cirruslabs/tart",
  tencentcloud: "github.com/hashicorp/tencentcloud",
  triton: "github.com/hashicorp/triton",
  ucloud: "github.com/ucloud/ucloud",
  utm: "github.com/naveenrajm7/utm",
  vmware: "github.com/hashicorp/vmware",
  vsphere: "github.com/hashicorp/vsphere",
  vultr: "github.com/vultr/vultr",
  xenserver: "github.com/ddelnano/xenserver",
  yandex: "github.com/hashicorp/yandex",
};

/** The addresses of all plugins that are known here. */
export function knownPluginSources(builtIn: readonly Plugin[]): readonly string[] {
  return [...builtIn.flatMap(({ source = [] }) => source), ...Object.values(elsewhere)];
}

/** What to do instead of components that Packer has no more, by kind and type; a sentence. */
export function removalOf(component: string): string | undefined {
  return Object.hasOwn(removed, component) ? removed[component] : undefined;
}

const removed: Readonly<Record<string, string>> = {
  "post-processor atlas": "Use vagrant-registry for boxes, or manifest and shell-local for images.",
  "builder virtualbox": "Use virtualbox-iso, virtualbox-ovf or virtualbox-vm.",
  "builder vmware": "Use vmware-iso or vmware-vmx, of the plugin github.com/hashicorp/vmware.",
};

/** Types of Packer's own that its prefix would give to a plugin, and that imgbuild lacks. */
const packersOwn: ReadonlySet<string> = new Set(["hcp-sbom"]);

/** Part of Packer itself, and missing here. */
export function isPackersOwn(type: string): boolean {
  return packersOwn.has(type);
}

/** Components of plugins whose other components are built in. */
const lacked: ReadonlySet<string> = new Set(["builder amazon-chroot", "builder amazon-instance", "builder vagrant"]);

/** Whether a plugin we have has more in Packer: this type of it has to come from the real one. */
export function isLackedHere(kind: ComponentKind, type: string): boolean {
  return lacked.has(`${kind} ${type}`);
}

/** The address of the Packer plugin a component type belongs to, as far as can be known from its name. */
export function pluginSourceOf(type: string, builtIn: readonly Plugin[]): string | undefined {
  if (isPackersOwn(type)) return undefined;
  if (type === "windows-update") return "github.com/rgl/windows-update";
  const prefix = type.split("-")[0]!;
  const ours = builtIn.find(({ name }) => name === prefix);
  if (ours) return ours.source;
  if (!Object.hasOwn(elsewhere, prefix)) return undefined;
  return elsewhere[prefix];
}
