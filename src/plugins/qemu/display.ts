import { runCommand } from "../../lib/process.ts";
import type { Run } from "../../sdk/run.ts";
import type { QemuConfig } from "./options/qemu.ts";

/**
 * The value of `-display`, or `undefined` to leave the switch out. A window is opened only where there is a desktop and
 * this QEMU can: otherwise the machine runs without one, and the user is told.
 */
export async function chooseDisplay(run: Run, config: QemuConfig, signal: AbortSignal): Promise<string | undefined> {
  if (config.display !== undefined) return config.display;
  if (config.use_default_display) return undefined;
  if (config.headless) return "none";
  if (await canOpenWindow(run, config, signal)) return "gtk";
  run.warn(
    "No window can be opened here, so the machine runs without one. Set headless = true to say so; `imgbuild screen` shows it in a browser.",
  );
  return "none";
}

async function canOpenWindow(run: Run, { qemu_binary }: QemuConfig, signal: AbortSignal): Promise<boolean> {
  const { env, platform } = run.host;
  const desktop = Boolean(env["DISPLAY"]) || Boolean(env["WAYLAND_DISPLAY"]) || platform !== "linux";
  if (!desktop) return false;
  const help = await runCommand(qemu_binary, ["-display", "help"], { env, signal }).catch(() => undefined);
  return help !== undefined && /^gtk\b/m.test(help.stdout);
}
