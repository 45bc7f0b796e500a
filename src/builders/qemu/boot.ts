import type { QmpClient } from "../../lib/qmp.ts";
import type { Run } from "../../sdk/run.ts";
import { createQmpKeyboard } from "../../steps/boot-command/qmp-keyboard.ts";
import { keyIntervalMs, typeBootCommand } from "../../steps/boot-command/type-boot-command.ts";
import type { QemuConfig } from "./config.ts";

/** Types `boot_command`, or `boot_steps` one by one. Both go through QMP, so they need no VNC server. */
export async function typeAtMachine(
  run: Run,
  config: QemuConfig,
  qmp: QmpClient,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const keyboard = createQmpKeyboard(qmp, { keyIntervalMs: keyIntervalMs(run, config.boot_key_interval) });
  const common = { values, keyboard, groupIntervalMs: config.boot_keygroup_interval };
  if (config.boot_steps === undefined) {
    await typeBootCommand(run, { ...common, commands: config.boot_command ?? [], waitMs: config.boot_wait });
    return;
  }
  for (const [index, [keys, description]] of config.boot_steps.entries()) {
    const text = description?.render(values);
    if (text !== undefined && text !== "") run.say(text);
    await typeBootCommand(run, { ...common, commands: [keys!], waitMs: index === 0 ? config.boot_wait : 0 });
  }
}
