import type { Communicator } from "../../sdk/communicator.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Run } from "../../sdk/run.ts";
import { shutdownGuest } from "../../steps/shutdown.ts";
import type { QemuConfig } from "./options/qemu.ts";
import type { LaunchedMachine } from "./launch.ts";

/** Shuts the guest down and waits until QEMU has written everything and ended. */
export async function stopMachine(
  run: Run,
  config: QemuConfig,
  machine: LaunchedMachine,
  communicator: Communicator,
): Promise<void> {
  machine.expectExit();
  await shutdownGuest(run, {
    command: config.shutdown_command,
    communicator,
    timeoutMs: config.shutdown_timeout,
    pressPowerButton: async (signal) => void (await machine.qmp.execute("system_powerdown", {}, { signal })),
    powerOff: () => machine.powerOff(),
    waitUntilOff: (signal) => ended(machine, signal),
    disabled: config.communicator === "none",
  });
  const { code, signal } = await machine.exited;
  if (code === 0) return;
  const how = signal ?? `exit code ${code}`;
  throw new BuildError(`QEMU ended with ${how} while the guest was shut down`, {
    hint: "The disk image may be damaged, so it is not kept.",
  });
}

function ended(machine: LaunchedMachine, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    machine.exited.then(() => resolve(), reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
