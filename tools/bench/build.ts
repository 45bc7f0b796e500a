import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { BenchContext, Benchmark } from "./benchmark.ts";

const COUNT = 100;

function manyFiles(): string {
  const names = Array.from({ length: COUNT }, (_, index) => `f${index}`);
  const sources = names.map((name) => `source "file" "${name}" {\n  target  = "out/${name}"\n  content = "x"\n}\n`);
  return `${sources.join("")}build {\n  sources = [${names.map((name) => `"file.${name}"`).join(", ")}]\n}\n`;
}

interface Measured {
  readonly ms: number;
  /** The largest sum of the proportional set sizes of all processes of the command, or its own resident peak if larger. */
  readonly peakMB: number;
}

/** 100 parallel builds: one process here, a process for each component there. */
export const benchmark: Benchmark = {
  name: "100 file builds",
  needs: { packer: "packer" },
  run: async (context) => {
    mkdirSync(join(context.directory, "out"));
    writeFileSync(join(context.directory, "t.pkr.hcl"), manyFiles());
    const ours = await measure(context, process.execPath, [context.imgbuild, "build", "t.pkr.hcl"]);
    const theirs = await measure(context, "packer", ["build", "t.pkr.hcl"]);
    return [
      {
        label: "100 file builds, time",
        unit: "s",
        ours: ours.ms / 1000,
        peer: { name: "packer", value: theirs.ms / 1000 },
      },
      {
        label: "100 file builds, peak memory",
        unit: "MB",
        ours: ours.peakMB,
        peer: { name: "packer", value: theirs.peakMB },
        target: { text: "under 300 MB", met: ours.peakMB < 300 },
      },
    ];
  },
};

function measure({ directory }: BenchContext, program: string, args: readonly string[]): Promise<Measured> {
  const env = { ...process.env, IMGBUILD_STATE_DIR: join(directory, "state"), CHECKPOINT_DISABLE: "1" };
  const started = performance.now();
  const child = spawn(program, args, { cwd: directory, env, stdio: "ignore", detached: true });
  let peakMB = 0;
  const timer = setInterval(() => (peakMB = Math.max(peakMB, memoryOf(child.pid!), residentPeak(child.pid!))), 10);
  return new Promise((done, failed) => {
    child.once("error", failed);
    child.once("exit", (code) => {
      clearInterval(timer);
      if (code !== 0) failed(new Error(`${program} ended with ${code}`));
      else done({ ms: performance.now() - started, peakMB });
    });
  });
}

/** Of a process and all its descendants, shared pages counted once. */
function memoryOf(pid: number): number {
  const own = Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1024;
  const children = threadsOf(pid).flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).trim().split(" "));
  return children.filter((child) => child !== "").reduce((sum, child) => sum + memoryOf(Number(child)), own);
}

/** The most a process has ever held at once, code shared with other programs included. */
function residentPeak(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** A process may end between the listing and the look. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
