import { join } from "node:path";
import { runCommand } from "../../../lib/process.ts";
import { retry } from "../../../lib/retry.ts";
import type { Host } from "../../../sdk/host.ts";
import type { CallOptions } from "./driver.ts";
import { callFailure, hasReason, startFailure } from "./failure.ts";

/** Calls of one VBoxManage. Resolves with what it printed; rejects with a VBoxManageError, or the abort reason. */
export type VBoxManage = (args: readonly string[], options: CallOptions) => Promise<string>;

/** VirtualBox keeps a machine locked for a moment after it stopped or was changed. */
const LOCK_TIMEOUT_MS = 30_000;
const LOCK_INTERVAL_MS = 100;

export function createVBoxManage({ env, platform }: Pick<Host, "env" | "platform">): VBoxManage {
  const program = findVBoxManage(env, platform);
  const callOnce = async (args: readonly string[], signal: AbortSignal): Promise<string> => {
    const result = await runCommand(program, args, { env, signal }).catch((error: unknown) => {
      throw startFailure(program, error);
    });
    const failure = callFailure(args, result);
    if (failure) throw failure;
    return result.stdout;
  };
  return (args, { signal, lockTimeoutMs = LOCK_TIMEOUT_MS }) =>
    retry(() => callOnce(args, signal), {
      timeoutMs: lockTimeoutMs,
      delayMs: LOCK_INTERVAL_MS,
      factor: 1,
      signal,
      shouldRetry: (error) => hasReason(error, "locked"),
    });
}

/** The same calls for verbs that need nothing of what VBoxManage prints. */
export function withoutOutput(call: VBoxManage): (args: readonly string[], options: CallOptions) => Promise<void> {
  return async (args, options) => {
    await call(args, options);
  };
}

/** On Windows the installer names its folder in the environment and does not put it on PATH. */
export function findVBoxManage(env: Host["env"], platform: Host["platform"]): string {
  const folder = env["VBOX_INSTALL_PATH"] ?? env["VBOX_MSI_INSTALL_PATH"] ?? "";
  return platform === "win32" && folder !== "" ? join(folder, "VBoxManage.exe") : "VBoxManage";
}
