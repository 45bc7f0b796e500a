import type { NvramChange } from "./driver/nvram.ts";
import type { VmSettings } from "./driver/vm-settings.ts";
import type { IsoBuilderConfig } from "./options/iso.ts";
import { recommendedGraphics } from "./recommended-graphics.ts";

/** The hardware of a new machine. */
export function hardwareSettings(config: IsoBuilderConfig): VmSettings {
  return {
    bootOrder: ["disk", "dvd", "none", "none"],
    cpus: config.cpus,
    memoryMib: config.memory,
    ioApic: config.cpus > 1 ? true : undefined,
    chipset: config.chipset,
    firmware: config.firmware,
    // USB first: a USB mouse or keyboard brings a controller to a machine that has none.
    usb: config.usb ? config.usb_controller : "off",
    mouse: config.mouse,
    keyboard: config.keyboard,
    audio: { controller: config.audio_controller, backend: config.sound },
    networkCards: config.nic_type,
    graphicsController: config.gfx_controller ?? recommendedGraphics(config.guest_os_type),
    videoMemoryMib: config.gfx_vram_size,
    accelerates3d: config.gfx_accelerate_3d,
    clockIsUtc: config.rtc_time_base === "UTC",
    nestedVirtualization: config.nested_virt,
    // VirtualBox before 7.0 knows no TPM, and a new machine has none.
    tpm: config.tpm === "none" ? undefined : config.tpm,
  };
}

/** Keys enrolled in the firmware before the first start. `ownerKeys` are the paths of `machine_owner_keys`. */
export function nvramChanges(isSecure: boolean, ownerKeys: readonly string[]): readonly NvramChange[] {
  const vendorKeys: readonly NvramChange[] = [
    { kind: "enroll Microsoft's signatures" },
    { kind: "enroll the platform key" },
  ];
  const changes: readonly NvramChange[] = [
    ...(isSecure ? vendorKeys : []),
    ...ownerKeys.map((path) => ({ kind: "enroll a machine owner key", path }) as const),
    ...(isSecure ? [{ kind: "enable Secure Boot" } as const] : []),
  ];
  return changes.length === 0 ? [] : [{ kind: "create store" }, ...changes];
}
