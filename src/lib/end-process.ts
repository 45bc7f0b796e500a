import { identifyProcess, processState } from "./process-identity.ts";
import { sleep } from "./retry.ts";
import { kill } from "./this-process.ts";

/** SIGTERM, and SIGKILL when that was not enough after two seconds. Rejects when the process does not end. */
export async function endProcess(pid: number, signal: AbortSignal): Promise<void> {
  const identity = await identifyProcess(pid);
  if (identity === undefined) return;
  for (const name of ["SIGTERM", "SIGKILL"] as const) {
    if ((await processState(identity)) !== "alive") return;
    sendSignal(pid, name);
    const deadline = performance.now() + 2_000;
    while (performance.now() < deadline && (await processState(identity)) === "alive") await sleep(20, signal);
  }
  if ((await processState(identity)) === "alive") throw new Error(`The process ${pid} does not end`);
}

function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
