import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { kill, ownPid } from "./this-process.ts";

/** Enough to tell later, from another process, whether this very process still exists. JSON data. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Distinguishes a process from a later one with the same number: clock ticks since boot, on Linux. */
  readonly startTime?: string | undefined;
  /** Where `pid` is valid: host name and, on Linux, boot and pid namespace. */
  readonly scope: string;
}

/** Reads one back from JSON that anybody may have written. */
export function parseProcessIdentity(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { pid, startTime, scope } = value as Partial<Record<keyof ProcessIdentity, unknown>>;
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 0 || typeof scope !== "string") return undefined;
  if (startTime !== undefined && typeof startTime !== "string") return undefined;
  return { pid, startTime, scope };
}

/** `undefined` when there is no such process. A zombie counts as gone. */
export async function identifyProcess(pid: number = ownPid): Promise<ProcessIdentity | undefined> {
  if (!exists(pid)) return undefined;
  const status = await readStatus(pid);
  if (status?.isZombie === true) return undefined;
  return { pid, startTime: status?.startTime, scope: await processScope() };
}

/** `unknown`: it belongs to another host or container, which cannot be checked. */
export async function processState(identity: ProcessIdentity): Promise<"alive" | "dead" | "unknown"> {
  if (identity.scope !== (await processScope())) return "unknown";
  const now = await identifyProcess(identity.pid);
  return now?.startTime === identity.startTime ? "alive" : "dead";
}

async function processScope(): Promise<string> {
  const namespace = await readlink("/proc/self/ns/pid").catch(() => "");
  return [hostname(), (await bootId()) ?? "", namespace].join(" ").trim();
}

/** Different each time the machine is started; `undefined` where the system does not say (only Linux does). */
export async function bootId(): Promise<string | undefined> {
  const id = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  return id.trim() || undefined;
}

function exists(pid: number): boolean {
  try {
    kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** From /proc/PID/stat (proc_pid_stat(5)); the second field is in parentheses and may hold anything. Linux only. */
async function readStatus(
  pid: number,
): Promise<{ readonly isZombie: boolean; readonly startTime: string | undefined } | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (stat === undefined) return undefined;
  const fromThird = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { isZombie: fromThird[0] === "Z" || fromThird[0] === "X", startTime: fromThird[19] };
}
