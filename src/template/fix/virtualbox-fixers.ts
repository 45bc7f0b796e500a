import { renameType, type Fixer } from "./fixer.ts";
import { isRecord, type JsonRecord } from "./legacy-document.ts";

/** VirtualBox, Parallels and Vagrant. */
export const virtualBoxFixers: readonly Fixer[] = [
  {
    name: "virtualbox-gaattach",
    summary: 'Replaces "guest_additions_attach" of VirtualBox builders with "guest_additions_mode".',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("virtualbox", "virtualbox-")) {
        if (!document.has(builder, "guest_additions_attach", "boolean")) continue;
        const isAttached = document.resolve(String(builder["guest_additions_attach"])) === "true";
        const mode = isAttached ? "attach" : "upload";
        document.replace(builder, "guest_additions_attach", "guest_additions_mode", mode);
      }
    },
  },
  renameType("virtualbox-rename", "virtualbox", "virtualbox-iso"),
  {
    name: "pp-vagrant-override",
    summary: 'Puts the settings for providers of the Vagrant post-processor into "override".',
    appliesOnLoad: true,
    fix(document) {
      for (const processor of document.postProcessors("vagrant")) {
        const given = providers.filter((provider) => provider in processor);
        if (given.length === 0) continue;
        const before = processor["override"];
        const overrides: JsonRecord = isRecord(before) ? { ...before } : {};
        for (const provider of given) {
          overrides[provider] = processor[provider];
          document.remove(processor, provider, `put it into "override": { "${provider}": … }`);
        }
        processor["override"] = overrides;
      }
    },
  },
  {
    name: "parallels-headless",
    summary: 'Removes "headless" from Parallels builders, which do not use it.',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("parallels-")) document.remove(builder, "headless", "it has no effect");
    },
  },
  {
    name: "parallels-deprecations",
    summary:
      'Removes "parallels_tools_host_path" from Parallels builders and renames "guest_os_distribution" to "guest_os_type".',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("parallels-")) {
        document.remove(builder, "parallels_tools_host_path", "it has no effect");
        document.rename(builder, "guest_os_distribution", "guest_os_type", { overwrite: true });
      }
    },
  },
];

/** The providers that had an entry of their own in the Vagrant post-processor. */
const providers = ["aws", "digitalocean", "virtualbox", "vmware", "parallels"];
