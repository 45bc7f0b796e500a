import type { Fixer } from "./fixer.ts";

/** What `ssh_private_ip` is as `ssh_interface`. */
const sshInterfaces: ReadonlyMap<string, string> = new Map([
  ["true", "private_ip"],
  ["false", "public_ip"],
]);

export const amazonFixers: readonly Fixer[] = [
  {
    name: "amazon-shutdown_behavior",
    summary: 'Renames "shutdown_behaviour" of Amazon builders to "shutdown_behavior".',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("amazon-"))
        document.rename(builder, "shutdown_behaviour", "shutdown_behavior", { overwrite: true });
    },
  },
  {
    name: "amazon-enhanced-networking",
    summary: 'Renames "enhanced_networking" of Amazon builders to "ena_support".',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("amazon-"))
        document.rename(builder, "enhanced_networking", "ena_support", { overwrite: true });
    },
  },
  {
    name: "amazon-private-ip",
    summary: 'Replaces "ssh_private_ip" of Amazon builders with "ssh_interface".',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("amazon-")) {
        const value = document.resolve(String(builder["ssh_private_ip"]));
        const address = sshInterfaces.get(value);
        if (address !== undefined) document.replace(builder, "ssh_private_ip", "ssh_interface", address);
      }
    },
  },
  {
    name: "amazon-temp-sec-cidrs",
    summary: 'Replaces "temporary_security_group_source_cidr" with the list "temporary_security_group_source_cidrs".',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("amazon-")) {
        const cidr = builder["temporary_security_group_source_cidr"];
        if (cidr === undefined) continue;
        document.replace(builder, "temporary_security_group_source_cidr", "temporary_security_group_source_cidrs", [
          cidr,
        ]);
      }
    },
  },
  {
    name: "spot-price-auto-product",
    summary: 'Removes "spot_price_auto_product" from Amazon builders.',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("amazon-"))
        document.remove(builder, "spot_price_auto_product", "it has no effect");
    },
  },
];
