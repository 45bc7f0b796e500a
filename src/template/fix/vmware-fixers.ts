import { renameType, type Fixer } from "./fixer.ts";
import type { JsonRecord, LegacyDocument } from "./legacy-document.ts";

/** VMware, vSphere and Hyper-V. */
export const vmwareFixers: readonly Fixer[] = [
  renameType("vmware-rename", "vmware", "vmware-iso"),
  {
    name: "vmware-compaction",
    summary: 'Sets "skip_compaction" of "vmware-iso" builders on ESXi whose type of disk cannot be compacted.',
    appliesOnLoad: false,
    fix(document) {
      for (const builder of document.builders("vmware-iso")) {
        if (builder["remote_type"] !== "esx5") continue;
        builder["disk_type_id"] ??= "zeroedthick";
        const { disk_type_id: diskType, skip_compaction: skips = true } = builder;
        const isKnown = typeof diskType === "string" && typeof skips === "boolean";
        if (isKnown && diskType !== "thin") builder["skip_compaction"] = true;
      }
    },
  },
  {
    name: "vsphere-iso-net-disk",
    summary:
      'Moves the flat settings of disk and network of "vsphere-iso" builders into "storage" and "network_adapters".',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("vsphere-iso")) {
        gather(builder, ["disk_size", "disk_thin_provisioned", "disk_eagerly_scrub"], "storage", document);
        gather(builder, ["network", "network_card"], "network_adapters", document);
      }
    },
  },
  {
    name: "hyperv-deprecations",
    summary: 'Removes "vhd_temp_path" from "hyperv-iso" builders.',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("hyperv-iso"))
        document.remove(builder, "vhd_temp_path", "it has no effect");
    },
  },
  {
    name: "hyperv-vmxc-typo",
    summary: 'Renames "clone_from_vmxc_path" of "hyperv-vmcx" builders to "clone_from_vmcx_path".',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("hyperv-vmcx"))
        document.rename(builder, "clone_from_vmxc_path", "clone_from_vmcx_path", { overwrite: true });
    },
  },
  {
    name: "hyperv-cpu-and-ram",
    summary: 'Renames "cpu" of Hyper-V builders to "cpus", and "ram_size" to "memory".',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("hyperv-")) {
        document.rename(builder, "cpu", "cpus", { overwrite: true });
        document.rename(builder, "ram_size", "memory", { overwrite: true });
      }
    },
  },
];

/** Makes the flat arguments the first entry of a list. */
function gather(builder: JsonRecord, keys: readonly string[], list: string, document: LegacyDocument): void {
  const given = keys.filter((key) => key in builder);
  if (given.length === 0) return;
  const entry = Object.fromEntries(given.map((key) => [key, builder[key]]));
  for (const key of given) document.remove(builder, key, `put it into "${list}": [{ … }]`);
  const rest = builder[list];
  builder[list] = [entry, ...(Array.isArray(rest) ? (rest as unknown[]) : [])];
}
