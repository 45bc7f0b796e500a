import { packingOf, splitArchive } from "../../../lib/unpack/packing.ts";
import type { LateTemplate } from "../../../sdk/late-template.ts";
import { keystrokeIssues, missingServerIssues } from "../../../sdk/schema/boot.ts";
import { atMostOne, conflict, error, portRange, rule, warning } from "../../../sdk/schema/rules.ts";
import type { ConfigIssue, DecodedFields } from "../../../sdk/schema/schema.ts";
import { KEY_ARGUMENTS, temporaryKeyIssues } from "../../../sdk/schema/temporary-key.ts";
import { parseDiskSize } from "../disk-size.ts";
import { machineTraits } from "../machine-traits.ts";
import { qemuFields } from "./fields.ts";

type Fields = typeof qemuFields;
type Name = keyof Fields & string;
type QemuArguments<Some extends Name> = DecodedFields<Fields, Some>;

/** Checks across the arguments of a `qemu` source. */
export const qemuRules = [
  atMostOne("boot_command", "boot_steps"),
  rule(qemuFields, ["boot_steps"], ({ boot_steps: steps = [] }) => steps.flatMap(bootStepIssues)),
  rule(qemuFields, ["boot_steps", "http_directory", "http_content"], ({ boot_steps: steps = [], ...http }) =>
    missingServerIssues(
      steps.flatMap((step, index) => step.slice(0, 1).map((keys) => [keys, ["boot_steps", index, 0]] as const)),
      http,
    ),
  ),
  rule(
    qemuFields,
    [...KEY_ARGUMENTS, "boot_command", "boot_steps", "qemuargs", "qemuargs_append"],
    ({ boot_command = [], boot_steps = [], qemuargs, qemuargs_append, ...login }) =>
      temporaryKeyIssues(login, [...boot_command, ...boot_steps.flat(), ...qemuargs.flat(), ...qemuargs_append.flat()]),
  ),
  rule(
    qemuFields,
    ["qemuargs", "qemuargs_append", "http_directory", "http_content"],
    ({ qemuargs, qemuargs_append, ...http }) =>
      missingServerIssues(
        [...placedWords(qemuargs, "qemuargs"), ...placedWords(qemuargs_append, "qemuargs_append")],
        http,
      ),
  ),
  portRange("host_port_min", "host_port_max"),
  atMostOne("firmware", "efi_firmware_code"),
  rule(qemuFields, ["use_pflash", "firmware"], flashIsOfFirmware),
  rule(qemuFields, ["qemu_binary", "machine_type", "floppy_files", "floppy_dirs", "floppy_content"], floppyIsThere),
  rule(
    qemuFields,
    ["qemu_binary", "machine_type", "efi_boot", "efi_firmware_code", "firmware", "qemuargs", "qemuargs_append"],
    somethingBoots,
  ),
  rule(qemuFields, ["firmware", "efi_boot"], firmwareIsChosenOnce),
  rule(qemuFields, ["disk_size"], ({ disk_size: size }) => sizeIssues(size, ["disk_size"])),
  rule(qemuFields, ["disk_additional_size"], ({ disk_additional_size: sizes }) =>
    sizes.flatMap((size, index) => sizeIssues(size, ["disk_additional_size", index])),
  ),
  rule(qemuFields, ["use_backing_file", "disk_image", "format"], backingFileIsPossible),
  rule(qemuFields, ["skip_resize_disk", "disk_image"], resizeIsOfAnImage),
  rule(qemuFields, ["disk_compression", "format"], compressionIsPossible),
  rule(qemuFields, ["disk_detect_zeroes", "disk_discard"], zeroesAreDiscarded),
  rule(qemuFields, ["iso_skip_cache", "iso_url", "iso_urls", "iso_checksum", "disk_image"], cacheCanBeSkipped),
  rule(qemuFields, ["vnc_port_min", "vnc_port_max"], vncPortsAreARange),
  rule(qemuFields, ["vnc_bind_address", "vnc_use_password", "vnc_password", "disable_vnc"], vncIsGuarded),
  rule(qemuFields, ["qemuargs"], ({ qemuargs }) => argumentRows(qemuargs, "qemuargs")),
  rule(qemuFields, ["qemuargs_append"], ({ qemuargs_append: rows }) => argumentRows(rows, "qemuargs_append")),
  rule(qemuFields, ["sockets", "cores", "threads", "cpus"], topologyFits),
];

/** The words of rows, each with its place. */
function placedWords<Word>(rows: readonly (readonly Word[])[], name: Name) {
  return rows.flatMap((row, index) => row.map((word, column) => [word, [name, index, column]] as const));
}

function bootStepIssues(step: readonly LateTemplate[], index: number): readonly ConfigIssue[] {
  const [keys] = step;
  if (keys && step.length <= 2) return keystrokeIssues(keys, ["boot_steps", index, 0]);
  const detail = `A boot step is a list of the keys to type and, if you like, a description: ["<enter>", "Choose the first entry"]. This one has ${step.length} elements.`;
  return [error("invalid-boot-step", ["boot_steps", index], "Invalid boot step", detail)];
}

function flashIsOfFirmware({ use_pflash, firmware }: QemuArguments<"use_pflash" | "firmware">): ConfigIssue[] {
  if (!use_pflash || firmware !== undefined) return [];
  return [idle("use_pflash", '"use_pflash" says how "firmware" is attached, and none is named.')];
}

function firmwareIsChosenOnce({ firmware, efi_boot }: QemuArguments<"firmware" | "efi_boot">): ConfigIssue[] {
  if (firmware === undefined || !efi_boot) return [];
  return [idle("firmware", "UEFI boot brings its own firmware; efi_firmware_code chooses another one.")];
}

type FloppyArguments = QemuArguments<
  "qemu_binary" | "machine_type" | "floppy_files" | "floppy_dirs" | "floppy_content"
>;

function floppyIsThere(args: FloppyArguments): ConfigIssue[] {
  const { floppy_files, floppy_dirs, floppy_content } = args;
  const named = Object.entries({ floppy_files, floppy_dirs, floppy_content });
  const given = named.filter(([, value]) => Object.keys(value ?? {}).length > 0);
  if (machineTraits(args).hasFloppy) return [];
  const detail = "This machine has no floppy drive. Use cd_files or cd_content.";
  return given.map(([name]) => error("no-such-device", [name], "No such device", detail));
}

type FirmwareArguments = QemuArguments<
  "qemu_binary" | "machine_type" | "efi_boot" | "efi_firmware_code" | "firmware" | "qemuargs" | "qemuargs_append"
>;

function somethingBoots({ qemuargs, qemuargs_append, ...args }: FirmwareArguments): ConfigIssue[] {
  const isNamed = args.efi_boot || args.efi_firmware_code !== undefined || args.firmware !== undefined;
  const switches = [...qemuargs, ...qemuargs_append].flat().map(({ text }) => text);
  const isGiven = switches.some((text) => /^-(bios|kernel|pflash)$|if=pflash|pflash0=/.test(text));
  if (isNamed || isGiven || machineTraits(args).hasFirmware) return [];
  const detail = "This machine has no firmware of its own, so nothing will boot. Set efi_boot = true.";
  return [warning("no-firmware", ["qemu_binary"], "No firmware", detail)];
}

function sizeIssues(size: string | undefined, path: ConfigIssue["path"]): ConfigIssue[] {
  if (size === undefined || parseDiskSize(size) !== undefined) return [];
  const detail = `"${size}" is not a size. Write a number with a unit, such as "20G" or "40960M", or a bare number of MiB.`;
  return [error("invalid-disk-size", path, "Invalid disk size", detail)];
}

function backingFileIsPossible({
  use_backing_file,
  disk_image,
  format,
}: QemuArguments<"use_backing_file" | "disk_image" | "format">): ConfigIssue[] {
  if (!use_backing_file) return [];
  if (!disk_image) return [needs("use_backing_file", "disk_image")];
  if (format === "qcow2") return [];
  return [clash("use_backing_file", "format", "only qcow2 images can have a backing file")];
}

function resizeIsOfAnImage({ skip_resize_disk, disk_image }: QemuArguments<"skip_resize_disk" | "disk_image">) {
  return skip_resize_disk && !disk_image ? [needs("skip_resize_disk", "disk_image")] : [];
}

function compressionIsPossible({
  disk_compression,
  format,
}: QemuArguments<"disk_compression" | "format">): ConfigIssue[] {
  if (!disk_compression || format !== "raw") return [];
  return [idle("disk_compression", "Only qcow2 images can be compressed; this one is raw, and stays as it is.")];
}

function zeroesAreDiscarded(args: QemuArguments<"disk_detect_zeroes" | "disk_discard">): ConfigIssue[] {
  if (args.disk_detect_zeroes !== "unmap" || args.disk_discard === "unmap") return [];
  return [clash("disk_detect_zeroes", "disk_discard", 'it takes effect only with disk_discard = "unmap"')];
}

type CacheArguments = QemuArguments<"iso_skip_cache" | "iso_url" | "iso_urls" | "iso_checksum" | "disk_image">;

function cacheCanBeSkipped({ iso_url = "", iso_urls = [], ...args }: CacheArguments): ConfigIssue[] {
  if (!args.iso_skip_cache) return [];
  const local = [iso_url, ...iso_urls].find((url) => url !== "" && !/^https?:/i.test(url));
  const issues: ConfigIssue[] = [];
  if (args.disk_image)
    issues.push(clash("iso_skip_cache", "disk_image", "a disk image has to be copied to be changed"));
  if (local !== undefined) issues.push(clash("iso_skip_cache", "iso_url", `"${local}" is not an HTTP URL`));
  const packed = [iso_url, ...iso_urls].find((url) => isPacked(url));
  if (packed !== undefined) issues.push(clash("iso_skip_cache", "iso_url", `"${packed}" has to be unpacked first`));
  if (args.iso_checksum !== "none") issues.push(unverified());
  return issues;
}

function isPacked(url: string): boolean {
  const { address, archive } = splitArchive(url);
  return packingOf(address.replace(/[?#].*$/, ""), archive) !== undefined;
}

function unverified(): ConfigIssue {
  const detail =
    'With iso_skip_cache the image is read while the machine runs, so its checksum cannot be verified. Set iso_checksum = "none" to say you know.';
  return warning("checksum-not-verified", ["iso_checksum"], "Checksum not verified", detail);
}

function vncPortsAreARange({ vnc_port_min: min, vnc_port_max: max }: QemuArguments<"vnc_port_min" | "vnc_port_max">) {
  return min > max ? [clash("vnc_port_min", "vnc_port_max", `${min} is above ${max}`)] : [];
}

type VncArguments = QemuArguments<"vnc_bind_address" | "vnc_use_password" | "vnc_password" | "disable_vnc">;

function vncIsGuarded({ vnc_bind_address: address, ...args }: VncArguments): ConfigIssue[] {
  const isGuarded = args.vnc_use_password || args.vnc_password !== undefined;
  if (isGuarded || args.disable_vnc || /^(127\.|::1$|localhost$)/.test(address)) return [];
  const detail = `With vnc_bind_address = "${address}" anybody who reaches this host can watch and type at the machine. Set vnc_use_password = true, or leave vnc_bind_address out.`;
  return [warning("open-vnc", ["vnc_bind_address"], "Screen open to the network", detail)];
}

function argumentRows(rows: readonly (readonly LateTemplate[])[], name: string): ConfigIssue[] {
  return rows.flatMap(([first], index) => {
    if (first?.text.startsWith("-")) return [];
    const found = first ? `; this one starts with "${first.text}"` : "";
    const detail = `Each row starts with a switch of QEMU, for example ["-m", "1024M"]${found}.`;
    return [error("invalid-qemu-argument", [name, index], "Invalid argument for QEMU", detail)];
  });
}

/** QEMU refuses to start with a topology that does not multiply to the number of processors. */
function topologyFits({
  cpus,
  sockets,
  cores,
  threads,
}: QemuArguments<"cpus" | "sockets" | "cores" | "threads">): ConfigIssue[] {
  const given = [sockets, cores, threads].filter((count) => count !== undefined);
  if (cpus === undefined || given.length === 0) return [];
  const product = given.reduce((total, count) => total * count, 1);
  const isFree = given.length < 3;
  if (cpus === product || (isFree && cpus % product === 0)) return [];
  const detail = `sockets, cores and threads multiply to ${product} processors, but cpus is ${cpus}.`;
  return [conflict(["cpus"], detail)];
}

function needs(name: Name, other: Name): ConfigIssue {
  return error("missing-argument", [name], "Missing argument", `"${name}" needs "${other}" to be set as well.`);
}

/** As in the plugin: it looks at the argument only where it means something. */
function idle(name: Name, detail: string): ConfigIssue {
  return warning("no-effect", [name], "Argument without effect", detail);
}

function clash(name: Name, other: Name, why: string): ConfigIssue {
  return conflict([name], `"${name}" does not go with "${other}": ${why}.`);
}
