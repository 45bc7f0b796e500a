import { join } from "node:path";
import { runCommand } from "../../lib/process.ts";
import { retry } from "../../lib/retry.ts";
import type { Host } from "../../sdk/host.ts";
import { callFailure, startFailure, VBoxManageError } from "./failure.ts";

interface CallOptions {
  readonly signal: AbortSignal;
  /** How long to wait for a machine that another process has locked. Default 30 s. */
  readonly patienceMs?: number;
}

/** Calls of one VBoxManage. Resolves with what it printed; rejects with a VBoxManageError, or the abort reason. */
export type VBoxManage = (args: readonly string[], options: CallOptions) => Promise<string>;

export interface VBoxManageSurroundings {
  readonly env: Host["env"];
  readonly platform: Host["platform"];
}

/** VirtualBox keeps a machine locked for a moment after it stopped or was changed. */
const LOCK_PATIENCE_MS = 30_000;
const LOCK_INTERVAL_MS = 100;

export function createVBoxManage({ env, platform }: VBoxManageSurroundings): VBoxManage {
  const program = findVBoxManage(env, platform);
  const callOnce = async (args: readonly string[], signal: AbortSignal): Promise<string> => {
    const result = await runCommand(program, args, { env, signal }).catch((error: unknown) => {
      throw startFailure(program, error);
    });
    const failure = callFailure(args, result);
    if (failure) throw failure;
    return result.stdout;
  };
  return (args, { signal, patienceMs = LOCK_PATIENCE_MS }) =>
    retry(() => callOnce(args, signal), {
      timeoutMs: patienceMs,
      delayMs: LOCK_INTERVAL_MS,
      factor: 1,
      signal,
      shouldRetry: (error) => error instanceof VBoxManageError && error.reason === "locked",
    });
}

/** On Windows the installer names its folder in the environment and does not put it on PATH. */
export function findVBoxManage(env: Host["env"], platform: Host["platform"]): string {
  const folder = env["VBOX_INSTALL_PATH"] ?? env["VBOX_MSI_INSTALL_PATH"];
  return platform === "win32" && folder !== undefined && folder !== "" ? join(folder, "VBoxManage.exe") : "VBoxManage";
}
