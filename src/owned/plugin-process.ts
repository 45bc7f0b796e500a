import { readdir, readFile } from "node:fs/promises";
import { identifyProcess, processState, type ProcessIdentity } from "../lib/process-identity.ts";
import { sleep } from "../lib/retry.ts";
import { kill } from "../lib/this-process.ts";
import { BuildError } from "../sdk/error.ts";
import type { ReapContext, Reaper } from "../sdk/journal.ts";
import { findProcesses, ownProcess, type OwnedProcess } from "./owned-process.ts";
import { RUN_VARIABLE } from "./run-processes.ts";
import type { Step, Undo } from "../sdk/run.ts";

const KIND = "plugin-process";

/** Journals a process of a plugin of Packer's, as `ownProcess` does. */
export function ownPluginProcess(
  step: Pick<Step, "own">,
  options: { readonly mark: string; readonly program: string; readonly undo: Undo },
): Promise<OwnedProcess> {
  return ownProcess(step, { ...options, kind: KIND });
}

/** A plugin that lost us removes what it made, and ends: a virtual machine in a cloud takes its time. */
const PATIENCE_MS = 60_000;

export const reaper: Reaper = reaperWithin(PATIENCE_MS);

/** Does not wait: what is still removing things of its own is left for `imgbuild cleanup`. */
export const hastyReaper: Reaper = reaperWithin(0);

function reaperWithin(patienceMs: number): Reaper {
  return {
    kind: "reaper",
    type: KIND,
    describe: ({ details }) => `process of the plugin ${pluginName(String(details?.["program"] ?? ""))}`,
    manualCommand: ({ details }) => (details?.["pid"] === undefined ? undefined : `kill -9 ${String(details["pid"])}`),
    reap: async (resource, context) => {
      const pids = await findProcesses(resource, context);
      const last = resource.details?.["pid"];
      const group = pids[0] ?? (typeof last === "number" ? last : undefined);
      const left = group === undefined ? [] : await membersOf(group, context.runId);
      if (pids.length === 0 && left.length === 0) return { kind: "gone" };
      if (context.dryRun) return { kind: "removed" };
      for (const pid of pids) await endPlugin(pid, { patienceMs, signal: context.signal });
      if (group !== undefined) for (const pid of await membersOf(group, context.runId)) send(pid, "SIGKILL");
      return { kind: "removed" };
    },
  };
}

/** The name in `packer-plugin-NAME_v1.2.3_…`; the whole path of any other program. */
function pluginName(program: string): string {
  return /packer-plugin-([^_/]+)_[^/]*$/.exec(program)?.[1] ?? program;
}

/** SIGTERM ends a plugin that nobody has connected to; any other ignores it, and has noticed already that we are gone. */
async function endPlugin(
  pid: number,
  { patienceMs, signal }: { readonly patienceMs: number } & Pick<ReapContext, "signal">,
): Promise<void> {
  const identity = await identifyProcess(pid);
  if (identity === undefined) return;
  send(pid, "SIGTERM");
  if (await ends(identity, patienceMs || 500, signal)) return;
  if (patienceMs === 0) throw new BuildError(`The plugin with pid ${pid} is still removing what it made`);
  send(pid, "SIGKILL");
  if (!(await ends(identity, 2_000, signal))) throw new BuildError(`The process ${pid} does not end`);
}

async function ends(identity: ProcessIdentity, withinMs: number, signal: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while ((await processState(identity)) === "alive") {
    if (performance.now() > deadline) return false;
    await sleep(50, signal);
  }
  return true;
}

/** Processes of a group that carry the run's id: what a plugin started. Found only where there is a /proc. */
async function membersOf(group: number, runId: string): Promise<readonly number[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const isMember = async (pid: number): Promise<boolean> => {
    if (pid === group || (await groupOf(pid)) !== group) return false;
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    return environment.split("\0").includes(`${RUN_VARIABLE}=${runId}`);
  };
  const members = await Promise.all(pids.map(isMember));
  return pids.filter((_, index) => members[index]);
}

/** The fifth field of /proc/PID/stat (proc_pid_stat(5)); the second is in parentheses and may hold anything. */
async function groupOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
}

function send(pid: number, name: NodeJS.Signals): void {
  try {
    kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
