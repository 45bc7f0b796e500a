import { readdir, readFile } from "node:fs/promises";
import { endProcess } from "../lib/end-process.ts";
import type { Reaper, Resource } from "../sdk/journal.ts";
import { ownPid, parentPid } from "../lib/this-process.ts";

/**
 * What a plugin of Packer's, and all that it starts, has in its environment: without it a plugin refuses to start.
 * `plugin-process.ts` ends those, with patience.
 */
export const PLUGIN_VARIABLE = "PACKER_PLUGIN_MAGIC_COOKIE";

/** Every script a run starts on the host gets it, as from Packer; what they start inherits it. */
export const RUN_VARIABLE = "PACKER_RUN_UUID";

/** In every journal: the programs a run may have started, whose mark is the run's id in their environment. */
export const runProcesses = (runId: string): Resource => ({ kind: "run-processes", id: runId });

export const reaper: Reaper = {
  kind: "reaper",
  type: "run-processes",
  describe: () => "programs that the run started",
  reap: async (_, { runId, signal, dryRun }) => {
    const pids = await processesOfRun(runId);
    if (pids.length === 0) return { kind: "gone" };
    if (!dryRun) await Promise.all(pids.map((pid) => endProcess(pid, signal)));
    return { kind: "removed" };
  },
};

/** Where there is no /proc, the environment of a process cannot be read, and nothing is found. */
async function processesOfRun(runId: string): Promise<readonly number[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const isOurs = async (pid: number): Promise<boolean> => {
    if (pid === ownPid || pid === parentPid) return false;
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    const variables = environment.split("\0");
    if (variables.some((variable) => variable.startsWith(`${PLUGIN_VARIABLE}=`))) return false;
    return variables.includes(`${RUN_VARIABLE}=${runId}`);
  };
  const ours = await Promise.all(pids.map(isOurs));
  return pids.filter((_, index) => ours[index]);
}
