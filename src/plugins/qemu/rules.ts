import { keystrokeIssues } from "../../sdk/schema/boot.ts";
import { atMostOne, conflict, error, rule, warning } from "../../sdk/schema/rules.ts";
import type { ConfigIssue, Rule } from "../../sdk/schema/schema.ts";
import { parseDiskSize } from "./disk-size.ts";

/** Checks across the arguments of a `qemu` source. Where another argument is malformed, defaults are absent too. */
export const qemuRules: readonly Rule[] = [
  atMostOne("boot_command", "boot_steps"),
  rule(["boot_steps"], ({ boot_steps: steps }) => bootSteps(steps as readonly (readonly unknown[])[] | undefined)),
  atMostOne("firmware", "efi_firmware_code"),
  rule(["use_pflash", "firmware"], ({ use_pflash: flash, firmware }) =>
    flash === true && firmware === undefined ? [needs("use_pflash", "firmware")] : [],
  ),
  rule(["firmware", "efi_boot"], ({ firmware, efi_boot: efi }) =>
    firmware !== undefined && efi === true
      ? [clash("firmware", "efi_boot", "UEFI boot brings its own firmware; efi_firmware_code chooses another one")]
      : [],
  ),
  rule(["disk_size"], ({ disk_size: size }) => sizeIssues(size, ["disk_size"])),
  rule(["disk_additional_size"], ({ disk_additional_size: sizes }) =>
    ((sizes ?? []) as readonly unknown[]).flatMap((size, index) => sizeIssues(size, ["disk_additional_size", index])),
  ),
  rule(["use_backing_file", "disk_image", "format"], (config) => backingFile(config)),
  rule(["skip_resize_disk", "disk_image"], ({ skip_resize_disk: skip, disk_image: image }) =>
    skip === true && image !== true ? [needs("skip_resize_disk", "disk_image")] : [],
  ),
  rule(["disk_compression", "format"], ({ disk_compression: compress, format }) =>
    compress === true && format === "raw"
      ? [clash("disk_compression", "format", "only qcow2 images can be compressed")]
      : [],
  ),
  rule(["disk_detect_zeroes", "disk_discard"], ({ disk_detect_zeroes: zeroes, disk_discard: discard }) =>
    zeroes === "unmap" && discard !== "unmap"
      ? [clash("disk_detect_zeroes", "disk_discard", 'it takes effect only with disk_discard = "unmap"')]
      : [],
  ),
  rule(["iso_skip_cache", "iso_url", "iso_urls", "iso_checksum", "disk_image"], (config) => skippedCache(config)),
  rule(["vnc_port_min", "vnc_port_max"], ({ vnc_port_min: min, vnc_port_max: max }) =>
    Number(min) > Number(max) ? [clash("vnc_port_min", "vnc_port_max", `${String(min)} is above ${String(max)}`)] : [],
  ),
  rule(["vnc_bind_address", "vnc_use_password", "vnc_password", "disable_vnc"], (config) => openVnc(config)),
  rule(["qemuargs"], ({ qemuargs }) => argumentRows(qemuargs, "qemuargs")),
  rule(["qemuargs_append"], ({ qemuargs_append: rows }) => argumentRows(rows, "qemuargs_append")),
  rule(["sockets", "cores", "threads", "cpus"], (config) => topology(config)),
];

type Arguments = Readonly<Record<string, unknown>>;

function needs(name: string, other: string): ConfigIssue {
  return error("missing-argument", [name], "Missing argument", `"${name}" needs "${other}" to be set as well.`);
}

function clash(name: string, other: string, why: string): ConfigIssue {
  return conflict([name], `"${name}" does not go with "${other}": ${why}.`);
}

function sizeIssues(size: unknown, path: ConfigIssue["path"]): ConfigIssue[] {
  if (size === undefined || parseDiskSize(String(size)) !== undefined) return [];
  const detail = `"${String(size)}" is not a size. Write a number with a unit, such as "20G" or "40960M", or a bare number of MiB.`;
  return [error("invalid-disk-size", path, "Invalid disk size", detail)];
}

function bootSteps(steps: readonly (readonly unknown[])[] = []): ConfigIssue[] {
  return steps.flatMap((step, index) => {
    if (step.length === 1 || step.length === 2) return keystrokeIssues(step[0], ["boot_steps", index, 0]);
    const detail = `A boot step is a list of the keys to type and, if you like, a description: ["<enter>", "Choose the first entry"]. This one has ${step.length} elements.`;
    return [error("invalid-boot-step", ["boot_steps", index], "Invalid boot step", detail)];
  });
}

function backingFile({ use_backing_file: use, disk_image: image, format }: Arguments): ConfigIssue[] {
  if (use !== true) return [];
  if (image !== true) return [needs("use_backing_file", "disk_image")];
  return format === "qcow2" ? [] : [clash("use_backing_file", "format", "only qcow2 images can have a backing file")];
}

function skippedCache({ iso_skip_cache: skip, disk_image: image, ...config }: Arguments): ConfigIssue[] {
  if (skip !== true) return [];
  const urls = [config["iso_url"], ...((config["iso_urls"] as readonly string[] | undefined) ?? [])];
  const local = urls.find((url) => typeof url === "string" && url !== "" && !/^https?:/i.test(url));
  return [
    ...(image === true ? [clash("iso_skip_cache", "disk_image", "a disk image has to be copied to be changed")] : []),
    ...(local === undefined ? [] : [clash("iso_skip_cache", "iso_url", `"${String(local)}" is not an HTTP URL`)]),
    ...(config["iso_checksum"] === "none" ? [] : [unverified()]),
  ];
}

function unverified(): ConfigIssue {
  const detail =
    'With iso_skip_cache the image is read while the machine runs, so its checksum cannot be verified. Set iso_checksum = "none" to say you know.';
  return warning("checksum-not-verified", ["iso_checksum"], "Checksum not verified", detail);
}

function openVnc(config: Arguments): ConfigIssue[] {
  const address = String(config["vnc_bind_address"] ?? "127.0.0.1");
  const guarded = config["vnc_use_password"] === true || config["vnc_password"] !== undefined;
  if (guarded || config["disable_vnc"] === true || /^(127\.|::1$|localhost$)/.test(address)) return [];
  const detail = `With vnc_bind_address = "${address}" anybody who reaches this host can watch and type at the machine. Set vnc_use_password = true, or leave vnc_bind_address out.`;
  return [warning("open-vnc", ["vnc_bind_address"], "Screen open to the network", detail)];
}

function argumentRows(rows: unknown, name: string): ConfigIssue[] {
  return ((rows ?? []) as readonly (readonly { text: string }[])[]).flatMap((row, index) => {
    if (row[0]?.text.startsWith("-") === true) return [];
    const detail = `Each row starts with a switch of QEMU, for example ["-m", "1024M"]${row[0] ? `; this one starts with "${row[0].text}"` : ""}.`;
    return [error("invalid-qemu-argument", [name, index], "Invalid argument for QEMU", detail)];
  });
}

/** QEMU refuses to start with a topology that does not multiply to the number of processors. */
function topology({ cpus, sockets, cores, threads }: Arguments): ConfigIssue[] {
  const product = [sockets, cores, threads].reduce<number>((total, count) => total * Number(count ?? 1), 1);
  if (cpus === undefined || [sockets, cores, threads].every((count) => count === undefined)) return [];
  if (Number(cpus) % product === 0 && [sockets, cores, threads].some((count) => count === undefined)) return [];
  if (Number(cpus) === product) return [];
  const detail = `sockets, cores and threads multiply to ${product} processors, but cpus is ${String(cpus)}.`;
  return [conflict(["cpus"], detail)];
}
