import { access, readFile, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { BuildError } from "../../sdk/error.ts";
import { guestArchitecture } from "./architecture.ts";
import type { QemuConfig } from "./options/qemu.ts";

export interface EfiFirmware {
  readonly code: string;
  /** The template the machine's own variables are copied from. */
  readonly vars: string;
  /** Secure Boot firmware guards its variables with system management mode. */
  readonly secure: boolean;
}

type EfiConfig = Pick<QemuConfig, "efi_boot" | "efi_firmware_code" | "efi_firmware_vars" | "qemu_binary">;

/** The firmware to boot with, or `undefined` without UEFI. What the user left out is looked for on this host. */
export async function findEfiFirmware(config: EfiConfig): Promise<EfiFirmware | undefined> {
  const { efi_firmware_code: code, efi_firmware_vars: vars } = config;
  if (!config.efi_boot && code === undefined && vars === undefined) return undefined;
  if (code !== undefined && vars !== undefined) return { code, vars, secure: looksSecure(code) };
  const installed = await installedFirmware(guestArchitecture(config.qemu_binary));
  const found = installed.find((firmware) => matches(firmware, code, vars));
  if (found) return found;
  const companion = code && (await companionOf(code));
  if (code && companion) return { code, vars: companion, secure: looksSecure(code) };
  throw notFound(config);
}

/** Named files have to be the ones; of the others, the first that works on any machine is taken. */
function matches(firmware: EfiFirmware, code: string | undefined, vars: string | undefined): boolean {
  if (code === undefined && vars === undefined) return !firmware.secure;
  return (code ?? firmware.code) === firmware.code && (vars ?? firmware.vars) === firmware.vars;
}

async function installedFirmware(architecture: string): Promise<EfiFirmware[]> {
  const described = await describedFirmware(architecture);
  const known = await Promise.all((knownPlaces[architecture] ?? []).map(existing));
  return [...described, ...known.filter((firmware) => firmware !== undefined)];
}

/** What QEMU's docs/interop/firmware.json says about a firmware; distributions install one such file for each. */
interface Descriptor {
  readonly mapping: {
    readonly executable?: { readonly filename: string };
    readonly "nvram-template"?: { readonly filename: string };
  };
  readonly targets: readonly { readonly architecture: string }[];
  readonly features: readonly string[];
}

const DESCRIPTOR_FOLDERS = ["/etc/qemu/firmware", "/usr/share/qemu/firmware", "/usr/local/share/qemu/firmware"];

async function describedFirmware(architecture: string): Promise<EfiFirmware[]> {
  const found: EfiFirmware[] = [];
  for (const folder of DESCRIPTOR_FOLDERS) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((entry) => entry.endsWith(".json")).sort()) {
      const firmware = await readDescriptor(join(folder, name), architecture);
      if (firmware) found.push(firmware);
    }
  }
  return found;
}

async function readDescriptor(path: string, architecture: string): Promise<EfiFirmware | undefined> {
  try {
    const { mapping, targets, features } = JSON.parse(await readFile(path, "utf8")) as Descriptor;
    const fits = targets.some((target) => guestArchitecture(`qemu-system-${target.architecture}`) === architecture);
    const code = mapping.executable?.filename;
    const vars = mapping["nvram-template"]?.filename;
    if (!fits || code === undefined || vars === undefined) return undefined;
    return await existing({ code, vars, secure: features.includes("requires-smm") });
  } catch {
    // A broken descriptor is the distribution's problem; the next one may do.
    return undefined;
  }
}

async function existing(firmware: EfiFirmware): Promise<EfiFirmware | undefined> {
  const both = Promise.all([access(firmware.code), access(firmware.vars)]);
  return both.then(
    () => firmware,
    () => undefined,
  );
}

const plain = (code: string, vars: string): EfiFirmware => ({ code, vars, secure: false });

/** Where distributions without descriptors keep it: Debian and Ubuntu, Fedora, Arch, openSUSE, Homebrew. */
const knownPlaces: Readonly<Record<string, readonly EfiFirmware[]>> = {
  amd64: [
    plain("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
    plain("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
    plain("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),
    plain("/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"),
    plain("/usr/share/edk2-ovmf/x64/OVMF_CODE.fd", "/usr/share/edk2-ovmf/x64/OVMF_VARS.fd"),
    plain("/usr/share/qemu/ovmf-x86_64-4m-code.bin", "/usr/share/qemu/ovmf-x86_64-4m-vars.bin"),
    plain("/opt/homebrew/share/qemu/edk2-x86_64-code.fd", "/opt/homebrew/share/qemu/edk2-i386-vars.fd"),
    plain("/usr/local/share/qemu/edk2-x86_64-code.fd", "/usr/local/share/qemu/edk2-i386-vars.fd"),
  ],
  arm64: [
    plain("/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"),
    plain("/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw", "/usr/share/edk2/aarch64/vars-template-pflash.raw"),
    plain("/usr/share/edk2/aarch64/QEMU_CODE.fd", "/usr/share/edk2/aarch64/QEMU_VARS.fd"),
    plain("/usr/share/qemu/aavmf-aarch64-code.bin", "/usr/share/qemu/aavmf-aarch64-vars.bin"),
    plain("/opt/homebrew/share/qemu/edk2-aarch64-code.fd", "/opt/homebrew/share/qemu/edk2-arm-vars.fd"),
    plain("/usr/local/share/qemu/edk2-aarch64-code.fd", "/usr/local/share/qemu/edk2-arm-vars.fd"),
  ],
};

/** `OVMF_CODE_4M.ms.fd` → `OVMF_VARS_4M.ms.fd`, where that exists. */
async function companionOf(code: string): Promise<string | undefined> {
  const name = basename(code).replace("CODE", "VARS").replace("code", "vars");
  if (name === basename(code)) return undefined;
  const firmware = await existing(plain(code, join(code, "..", name)));
  return firmware?.vars;
}

function looksSecure(code: string): boolean {
  return /secboot|secure|\.ms\./.test(basename(code));
}

function notFound({ efi_firmware_code: code, efi_firmware_vars: vars }: EfiConfig): BuildError {
  if (code !== undefined) {
    return new BuildError(`No variables template was found for the UEFI firmware "${code}"`, {
      hint: "Set efi_firmware_vars to the VARS file that belongs to it.",
    });
  }
  const subject = vars === undefined ? "No UEFI firmware was found" : `No UEFI firmware was found for "${vars}"`;
  return new BuildError(subject, {
    hint: "Install it (Debian, Ubuntu: ovmf; Fedora: edk2-ovmf), or set efi_firmware_code and efi_firmware_vars.",
  });
}
