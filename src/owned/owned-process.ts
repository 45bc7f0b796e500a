import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { endProcess } from "../lib/end-process.ts";
import { identifyProcess, parseProcessIdentity, processState, type ProcessIdentity } from "../lib/process-identity.ts";
import { runCommand } from "../lib/process.ts";
import { BuildError } from "../sdk/error.ts";
import type { ReapContext, Reaper, Resource } from "../sdk/journal.ts";
import type { Step, Undo } from "../sdk/run.ts";

export interface OwnedProcess {
  /** Call as soon as the program has a pid. Synced. */
  started(pid: number): Promise<void>;
  /** Call when it has ended. */
  ended(): Promise<void>;
}

export interface OwnedProcessOptions {
  readonly mark: string;
  readonly program: string;
  readonly undo: Undo;
  /** Selects the reaper. Default `process`. */
  readonly kind?: string | undefined;
}

/**
 * Journals a process that goes on running should we die, **before** it is started. `mark` is text in its argument list
 * that holds the run id: by it a process is found whose pid never reached the journal, and known from a stranger that
 * has the same pid later.
 */
export async function ownProcess(step: Pick<Step, "own">, options: OwnedProcessOptions): Promise<OwnedProcess> {
  const entry = await step.own(
    { kind: options.kind ?? "process", id: options.mark, details: { program: options.program } },
    options.undo,
  );
  return {
    started: async (pid) => entry.update({ ...(await identifyProcess(pid)) }),
    ended: () => entry.strike(),
  };
}

export const reaper: Reaper = {
  kind: "reaper",
  type: "process",
  describe: (resource) => {
    const { program, pid } = detailsOf(resource);
    const identity = pid === undefined ? `marked ${resource.id}` : `with pid ${pid}`;
    return `process ${program} ${identity}`;
  },
  manualCommand: (resource) => {
    const { pid } = detailsOf(resource);
    return pid === undefined ? undefined : `kill ${pid}`;
  },
  reap: async (resource, context) => {
    const pids = await findProcesses(resource, context);
    if (pids.length === 0) return { kind: "gone" };
    if (!context.dryRun) await Promise.all(pids.map((pid) => endProcess(pid, context.signal)));
    return { kind: "removed" };
  },
};

function detailsOf({ details }: Resource): Partial<ProcessIdentity> & { readonly program: string } {
  return { ...details, program: String(details?.["program"] ?? "") };
}

/** Pids of running processes that carry the mark. Rejects when the journal is of another machine, which cannot be asked. */
export async function findProcesses(
  resource: Resource,
  context: Pick<ReapContext, "env" | "runId">,
): Promise<number[]> {
  if (!resource.id.includes(context.runId))
    throw new BuildError(`The mark "${resource.id}" does not hold the id of its run`);
  const { program } = detailsOf(resource);
  const identity = parseProcessIdentity(resource.details);
  if (identity) await refuseOtherMachine(identity, context.runId);
  return findCalls(program, resource.id, context.env);
}

async function refuseOtherMachine(identity: ProcessIdentity, runId: string): Promise<void> {
  if ((await processState(identity)) !== "unknown") return;
  const own = await identifyProcess();
  const hostName = hostNameOf(identity);
  // The same machine before a reboot, or a container of the same name that is gone: nothing of it can still run.
  if (hostName === hostNameOf(own!)) return;
  throw new BuildError(`The process ran on the machine "${hostName}"`, {
    hint: `Run the clean-up there:\n    imgbuild cleanup -run ${runId}`,
  });
}

function hostNameOf({ scope = "" }: Partial<ProcessIdentity>): string | undefined {
  return scope.split(" ")[0];
}

/**
 * Pids of running processes of `program` with `mark` in their arguments. The program too: an editor or a `grep` with the
 * mark on its command line is not ours to end.
 */
export async function findCalls(program: string, mark: string, env: ReapContext["env"]): Promise<number[]> {
  const isCall = ({ text }: CommandLine): boolean => {
    const [called] = text.split(" ", 1);
    return text.includes(mark) && basename(called!) === basename(program);
  };
  const calls = (await listCommandLines(env)).filter(isCall);
  return calls.map(({ pid }) => pid);
}

interface CommandLine {
  readonly pid: number;
  readonly text: string;
}

/** From /proc where there is one, else from `ps` (POSIX). */
async function listCommandLines(env: ReapContext["env"]): Promise<readonly CommandLine[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  if (pids.length > 0) {
    const read = async (pid: string): Promise<CommandLine> => {
      const bytes = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      return { pid: Number(pid), text: bytes.replaceAll("\0", " ") };
    };
    return Promise.all(pids.map(read));
  }
  const { stdout } = await runCommand("ps", ["-axww", "-o", "pid=,command="], { env });
  const rows = stdout.matchAll(/^[ \t]*(\d+)[ \t]+(.*)$/gm);
  return [...rows].map(([, pid, text]) => ({ pid: Number(pid), text: text! }));
}
