import type { QmpClient } from "./qmp.ts";
import type { MachineValues } from "../../sdk/schema/boot.ts";
import type { Run } from "../../sdk/run.ts";
import { createQmpKeyboard } from "./qmp-keyboard.ts";
import { keyIntervalMs, typeBootCommand } from "../../steps/boot-command/type-boot-command.ts";
import { guestArchitecture } from "./architecture.ts";
import type { QemuConfig } from "./options/qemu.ts";

/** Types `boot_command`, or `boot_steps` one by one. Both go through QMP, so they need no VNC server. */
export async function typeAtMachine(
  run: Run,
  config: QemuConfig,
  qmp: QmpClient,
  values: MachineValues,
): Promise<void> {
  const keyboard = createQmpKeyboard(qmp, {
    keyIntervalMs: keyIntervalMs(run, config.boot_key_interval),
    hasPcKeyboard: hasPcKeyboard(config),
  });
  const common = { values, keyboard, groupIntervalMs: config.boot_keygroup_interval };
  if (config.boot_steps === undefined) {
    await typeBootCommand(run, { ...common, commands: config.boot_command ?? [], waitMs: config.boot_wait });
    return;
  }
  for (const [index, [keys, description]] of config.boot_steps.entries()) {
    const text = description?.render(values);
    if (text) run.say(text);
    const waitMs = index === 0 ? config.boot_wait : 0;
    await typeBootCommand(run, { ...common, commands: [keys!], waitMs });
  }
}

/** QEMU gives the keys to a USB or virtio keyboard, if one was added. */
function hasPcKeyboard({ qemu_binary, qemuargs, qemuargs_append }: QemuConfig): boolean {
  const isPc = ["amd64", "i386"].includes(guestArchitecture(qemu_binary));
  const added = [...qemuargs, ...qemuargs_append].flat();
  return isPc && !added.some(({ text }) => /usb-kbd|virtio-keyboard/.test(text));
}
