import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { outstandingIn } from "../../src/core/journal/journal-line.ts";
import { mapLimited } from "../../src/lib/limited.ts";
import { imgbuildPath } from "./imgbuild.ts";
import { keepFiles, keepTranscript } from "./transcripts.ts";
import { compareTrees, snapshotTree, type TreeSnapshot } from "./snapshot-tree.ts";

/**
 * The crash matrix: a build is sent a signal at every point at which it writes its journal (before and after each line),
 * then `imgbuild cleanup` runs; nothing of the run may be left, nothing else may have been touched.
 */
export interface CrashScenario {
  /** Writes the template and whatever it needs into an empty directory. */
  readonly prepare: (directory: string) => Promise<void>;
  /** Arguments after `imgbuild build`. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /**
   * What the user gets (paths relative to the directory). A stage that was complete when the run ended may have left
   * its whole result: the same bytes as in an undisturbed run, or whatever `isWhole` accepts.
   */
  readonly results: readonly string[];
  readonly isWhole?: (path: string, directory: string) => Promise<boolean>;
  /** Longest a build may take to end after INT, TERM or HUP. Default: the 5 s that are promised for local builders. */
  readonly endsWithinMs?: number;
}

export type CrashSignal = "INT" | "TERM" | "HUP" | "KILL";
const CRASH_SIGNALS: readonly CrashSignal[] = ["INT", "TERM", "HUP", "KILL"];
const EXIT_CODES = { INT: 130, TERM: 143, HUP: 129, KILL: undefined } as const;

interface Undisturbed {
  /** Journal points of the whole run: one before and one after each line. */
  readonly points: number;
  readonly tree: TreeSnapshot;
}

/** Every signal at every point, a few places at a time (most of a short build is waiting for the disk). */
export async function runCrashMatrix(
  scenario: CrashScenario,
  signals: readonly CrashSignal[] = CRASH_SIGNALS,
): Promise<void> {
  const undisturbed = await runUndisturbed(scenario);
  const crashes = signals.flatMap((signal) =>
    Array.from({ length: undisturbed.points }, (_, index) => ({ signal, point: index + 1 })),
  );
  expect(crashes.length).toBeGreaterThan(signals.length * 4);
  const ends = await mapLimited(crashes, 4, async (crash) => ({
    ...crash,
    code: await crashAt(scenario, undisturbed, crash.point, crash.signal),
  }));
  // A journal's second half strikes out what its first half made: only there a signal can come too late to stop anything.
  const tooLate = ends.filter(({ code, point }) => code === 0 && point <= undisturbed.points / 2);
  expect(tooLate, "went on to their end").toEqual([]);
}

/** Runs the scenario undisturbed; it has to succeed and to leave nothing but its results. */
export async function runUndisturbed(scenario: CrashScenario): Promise<Undisturbed> {
  return inPlace(scenario, async (place) => {
    const { code, output } = await place.imgbuild(["build", ...scenario.args], {});
    expect({ code, output }).toMatchObject({ code: 0 });
    const tree = await place.snapshot();
    expect(compareTrees(place.before, tree).added.filter((path) => !scenario.results.includes(path))).toEqual([]);
    expect(await place.temporaryFiles()).toEqual([]);
    const journal = (await place.journals()).join("");
    return { points: 2 * journal.trimEnd().split("\n").length, tree };
  });
}

/** Sends `signal` at journal point `point` (from 1), then cleans up and looks. Returns the exit code of the build. */
export async function crashAt(
  scenario: CrashScenario,
  undisturbed: Undisturbed,
  point: number,
  signal: CrashSignal,
): Promise<number | null> {
  return inPlace(scenario, async (place) => {
    const hook = { IMGBUILD_TEST_SIGNAL_AT: `${point}:${signal}` };
    const crashed = await place.imgbuild(["build", ...scenario.args], hook);
    const what = `${signal} at point ${point}: ended with ${crashed.code ?? crashed.signal}\n${crashed.output}`;
    if (signal === "KILL") expect(crashed.signal, what).toBe("SIGKILL");
    else {
      expect([EXIT_CODES[signal], 0], what).toContain(crashed.code);
      expect(crashed.endedAfterSignalMs, what).toBeLessThan(scenario.endsWithinMs ?? 5000);
      await expectClean(place, scenario, undisturbed, `${what}\nbefore any clean-up`);
      // Then a clean-up has nothing to do.
      for (const journal of await place.journals()) expect(outstandingIn(journal), what).toEqual([]);
      return crashed.code;
    }
    const cleanedUp = await place.imgbuild(["cleanup"], {});
    expect({ code: cleanedUp.code, what, said: cleanedUp.output }).toMatchObject({ code: 0 });
    await expectClean(place, scenario, undisturbed, `${what}\nafter cleanup, which said\n${cleanedUp.output}`);
    for (const journal of await place.journals()) expect(outstandingIn(journal), what).toEqual([]);
    return crashed.code;
  });
}

async function expectClean(
  place: Place,
  scenario: CrashScenario,
  undisturbed: Undisturbed,
  what: string,
): Promise<void> {
  const after = await place.snapshot();
  const { added, changed, gone } = compareTrees(place.before, after);
  const isResult = async (path: string): Promise<boolean> =>
    scenario.results.includes(path) &&
    (after.get(path) === undisturbed.tree.get(path) || (await scenario.isWhole?.(path, place.directory)) === true);
  const whole = await Promise.all(added.map(isResult));
  const left = added.filter((_, index) => !whole[index]);
  expect({ left, changed, gone, temporary: await place.temporaryFiles() }, what).toEqual({
    left: [],
    changed: [],
    gone: [],
    temporary: [],
  });
  expect(await processesOf(place.directory), what).toEqual([]);
}

interface Place {
  readonly directory: string;
  readonly before: TreeSnapshot;
  imgbuild(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended>;
  snapshot(): Promise<TreeSnapshot>;
  temporaryFiles(): Promise<readonly string[]>;
  journals(): Promise<readonly string[]>;
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  /** From when it said that it had got a signal to its end; 0 when it never did. */
  readonly endedAfterSignalMs: number;
}

/** Outputs of other programs and people, some of them named much like ours, that nobody may touch. */
async function plantForeignFiles(directory: string): Promise<void> {
  await mkdir(join(directory, "foreign/.imgbuild"), { recursive: true });
  await writeFile(join(directory, "foreign/.imgbuild-run"), "11111111-2222-4333-8444-555555555555\n");
  await writeFile(join(directory, "foreign/precious"), "precious");
  await writeFile(join(directory, ".out-a.tmp"), "precious");
}

async function inPlace<Result>(scenario: CrashScenario, body: (place: Place) => Promise<Result>): Promise<Result> {
  const root = await mkdtemp(join(tmpdir(), "imgbuild-crash-"));
  const directory = join(root, "work");
  const temporary = join(root, "tmp");
  try {
    await mkdir(directory);
    await mkdir(temporary);
    await plantForeignFiles(directory);
    await scenario.prepare(directory);
    const env = {
      PATH: process.env["PATH"]!,
      HOME: root,
      TMPDIR: temporary,
      IMGBUILD_STATE_DIR: join(root, "state"),
      PACKER_CACHE_DIR: join(root, "cache"),
      ...scenario.env,
    };
    const snapshot = () => snapshotTree(directory);
    return await body({
      directory,
      before: await snapshot(),
      snapshot,
      imgbuild: (args, more) => runCommand(directory, { ...env, ...more }, args),
      temporaryFiles: () => readdir(temporary),
      journals: async () => {
        const runs = await readdir(join(root, "state/runs"));
        return Promise.all(runs.map((run) => readFile(join(root, "state/runs", run, "journal.jsonl"), "utf8")));
      },
    });
  } finally {
    keepFiles("state", join(root, "state"));
    await rm(root, { recursive: true, force: true });
  }
}

function runCommand(cwd: string, env: Record<string, string>, args: readonly string[]): Promise<Ended> {
  let signalledAt: number | undefined;
  const child = spawn(process.execPath, [imgbuildPath, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      if (output.includes(" received. Cancelling")) signalledAt ??= performance.now();
    });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    // Not "close": a child of ours that outlived us would hold the pipes open, which is for the process check to find.
    child.once("exit", (code, signal) => {
      keepTranscript(args.join(" "), output);
      const now = performance.now();
      setImmediate(() => resolve({ code, signal, output, endedAfterSignalMs: now - (signalledAt ?? now) }));
    });
  });
}

/** Processes that work in, or were given, the directory (Linux; elsewhere there is nothing to look at). */
async function processesOf(directory: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter(
    (name) => /^\d+$/.test(name) && name !== String(process.pid),
  );
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(directory)).map((line) => line.replaceAll("\0", " "));
}
