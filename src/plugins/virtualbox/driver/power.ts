import { BuildError } from "../../../sdk/error.ts";
import type { Power, VmRequest } from "./driver.ts";
import { retryTransition } from "./retry-transition.ts";
import { withoutOutput, type VBoxManage } from "./vboxmanage.ts";

export function powerVerbs(call: VBoxManage): Power {
  const run = withoutOutput(call);
  return {
    startVm: ({ vm, isHeadless, ...options }) =>
      run(["startvm", vm, "--type", isHeadless ? "headless" : "gui"], options),
    pressPowerButton: ({ vm, ...options }) => run(["controlvm", vm, "acpipowerbutton"], options),
    powerOff: ({ vm, ...options }) => run(["controlvm", vm, "poweroff"], options),
    adoptState: ({ vm, file, ...options }) => run(["adoptstate", vm, file], options),
    ensurePoweredOff: (request) => ensurePoweredOff(call, request),
  };
}

export async function ensurePoweredOff(call: VBoxManage, { vm, signal }: VmRequest): Promise<void> {
  await retryTransition({ signal, alsoRetry: /Invalid machine state/ }, async () => {
    try {
      await call(["controlvm", vm, "poweroff"], { signal, lockTimeoutMs: 0 });
    } catch (error) {
      if (!isOffAlready(error)) throw error;
    }
  });
}

function isOffAlready(error: unknown): boolean {
  const messages = /is not currently running|VBOX_E_OBJECT_NOT_FOUND|Could not find a registered/;
  return error instanceof BuildError && messages.test(error.message);
}
