import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { median, ordinaryEnvironment, type BenchContext, type Benchmark, type Figure } from "./benchmark.ts";

const nothing = 'source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n}\n';

function manySources(count: number): string {
  const names = Array.from({ length: count }, (_, index) => `n${index}`);
  const sources = names.map((name) => `source "null" "${name}" {\n  communicator = "none"\n}\n`);
  return `${sources.join("")}build {\n  sources = [${names.map((name) => `"null.${name}"`).join(", ")}]\n}\n`;
}

/** What every user waits for, every time: whole processes, ours and packer's by turns, so that both meet the same load. */
export const benchmark: Benchmark = {
  name: "startup",
  needs: { packer: "packer" },
  run: (context) => {
    writeFileSync(join(context.directory, "one.pkr.hcl"), nothing);
    writeFileSync(join(context.directory, "hundred.pkr.hcl"), manySources(100));
    const figures = [
      compare(context, "version", ["version"], 21, 1),
      compare(context, "validate one source", ["validate", "one.pkr.hcl"], 21, 1),
      compare(context, "build a null template", ["build", "one.pkr.hcl"], 21, 1),
      compare(context, "validate 100 sources", ["validate", "hundred.pkr.hcl"], 5, 10),
    ];
    return Promise.resolve([...figures, floor(context)]);
  },
};

function compare(context: BenchContext, label: string, args: readonly string[], times: number, factor: number): Figure {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let turn = 0; turn <= times; turn++) {
    const pair = [
      timed(context, process.execPath, [context.imgbuild, ...args]),
      timed(context, "packer", args),
    ] as const;
    // The first turn fills the caches of the file system.
    if (turn === 0) continue;
    ours.push(pair[0]);
    theirs.push(pair[1]);
  }
  const [mine, peer] = [median(ours), median(theirs)];
  context.log(`${label}: ${Math.round(mine)} ms, packer ${Math.round(peer)} ms`);
  const text = factor === 1 ? "no slower than packer" : `at least ${factor} times as fast as packer`;
  return {
    label,
    unit: "ms",
    ours: mine,
    peer: { name: "packer", value: peer },
    target: { text, met: mine * factor <= peer },
  };
}

/** What Node itself takes to start: nothing written for it can be faster. */
function floor(context: BenchContext): Figure {
  const times = Array.from({ length: 21 }, () => timed(context, process.execPath, ["-e", "0"]));
  return { label: "node -e 0 (the floor)", unit: "ms", ours: median(times) };
}

function timed({ directory }: BenchContext, program: string, args: readonly string[]): number {
  const env = { ...ordinaryEnvironment(), IMGBUILD_STATE_DIR: join(directory, "state"), CHECKPOINT_DISABLE: "1" };
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: directory, env, encoding: "utf8" });
  const duration = performance.now() - started;
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return duration;
}
