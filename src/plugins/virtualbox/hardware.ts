import type { IsoBuilderConfig } from "./options/iso.ts";
import { recommendedGraphics } from "./recommended-graphics.ts";
import { isAtLeast, type VirtualBoxVersion } from "./driver/version.ts";

const NETWORK_CARDS = 8;

/**
 * The machine's hardware as the arguments of one `modifyvm`. The spellings are those which every VirtualBox from 6.1 to
 * 7.2 knows (7.x keeps the old ones).
 */
export function hardwareArguments(config: IsoBuilderConfig, version: VirtualBoxVersion): string[] {
  return [
    ...["--boot1", "disk", "--boot2", "dvd", "--boot3", "none", "--boot4", "none"],
    ...["--cpus", String(config.cpus), "--memory", String(config.memory)],
    ...(config.cpus > 1 ? ["--ioapic", "on"] : []),
    ...["--chipset", config.chipset, "--firmware", config.firmware],
    // USB first: a USB mouse or keyboard then brings the controller that the machine has not got.
    ...usb(config),
    ...["--mouse", config.mouse, "--keyboard", config.keyboard],
    ...audio(config, version),
    ...Array.from({ length: NETWORK_CARDS }, (_, index) => [`--nictype${index + 1}`, config.nic_type]).flat(),
    ...["--graphicscontroller", config.gfx_controller ?? recommendedGraphics(config.guest_os_type)],
    ...["--vram", String(config.gfx_vram_size), "--accelerate3d", onOff(config.gfx_accelerate_3d)],
    ...["--rtcuseutc", onOff(config.rtc_time_base === "UTC")],
    ...(config.nested_virt === undefined ? [] : ["--nested-hw-virt", onOff(config.nested_virt)]),
    ...(config.tpm === "none" ? [] : ["--tpm-type", config.tpm]),
  ];
}

/**
 * Beyond `modifyvm`: one call of VBoxManage each. `vm` is the machine's UUID, which also owns its keys; `keys` are the paths
 * of `machine_owner_keys`.
 */
export function furtherHardwareCalls(
  config: IsoBuilderConfig,
  vm: string,
  keys: readonly string[],
): readonly (readonly string[])[] {
  const { gfx_efi_resolution: resolution, secure_boot: isSecure } = config;
  const enrolment = keys.map((file) => ["enrollmok", "--mok", file, "--owner-uuid", vm]);
  const vendorKeys = [["enrollmssignatures"], ["enrollorclpk"]];
  const variables = [...(isSecure ? vendorKeys : []), ...enrolment, ...(isSecure ? [["secureboot", "--enable"]] : [])];
  const nvram = variables.length === 0 ? [] : [["inituefivarstore"], ...variables];
  return [
    ...(resolution === undefined ? [] : [["setextradata", vm, "VBoxInternal2/EfiGraphicsResolution", resolution]]),
    ...nvram.map((change) => ["modifynvram", vm, ...change]),
  ];
}

function usb({ usb, usb_controller: chosen }: IsoBuilderConfig): string[] {
  if (!usb) return ["--usb", "off"];
  const controllers = ["ohci", "ehci", "xhci"].flatMap((name) => [`--usb${name}`, onOff(name === chosen)]);
  return ["--usb", "on", ...controllers];
}

function audio({ sound, audio_controller: chip }: IsoBuilderConfig, version: VirtualBoxVersion): string[] {
  const isNew = isAtLeast(version, 7, 0);
  if (chip === "none") return isNew ? ["--audio-enabled", "off"] : ["--audio", "none"];
  const ways = sound === "none" ? [] : ["--audioin", "on", "--audioout", "on"];
  return [isNew ? "--audio-driver" : "--audio", sound, ...ways, "--audiocontroller", chip];
}

function onOff(value: boolean): "on" | "off" {
  return value ? "on" : "off";
}
