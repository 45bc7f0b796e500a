import type { Fixer } from "./fixer.ts";

/** What `ssh_private_ip` is as `ssh_interface`, in the forms that Go reads as a bool. */
const sshInterfaces: ReadonlyMap<string, string> = new Map([
  ...["1", "t", "T", "true", "TRUE", "True"].map((text) => [text, "private_ip"] as const),
  ...["0", "f", "F", "false", "FALSE", "False"].map((text) => [text, "public_ip"] as const),
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
        const given = builder["ssh_private_ip"];
        const isOdd = typeof given !== "boolean" && typeof given !== "string";
        const address = isOdd ? undefined : sshInterfaces.get(document.resolve(String(given)));
        if (address !== undefined && !("ssh_interface" in builder))
          document.replace(builder, "ssh_private_ip", "ssh_interface", address);
      }
    },
  },
  {
    name: "amazon-temp-sec-cidrs",
    summary: 'Replaces "temporary_security_group_source_cidr" with the list "temporary_security_group_source_cidrs".',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("amazon-")) {
        if (!document.has(builder, "temporary_security_group_source_cidr", "string")) continue;
        const cidr = builder["temporary_security_group_source_cidr"];
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
