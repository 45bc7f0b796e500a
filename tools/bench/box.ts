import { execFile } from "node:child_process";
import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { median, ordinaryEnvironment, type BenchContext, type Benchmark, type Figure } from "./benchmark.ts";
import { makeMixedDisk, makeNoise } from "./mixed-disk.ts";

const run = promisify(execFile);
const GIB = 1024;
const ROUNDS = 5;

/** Boxes and archives of a 1 GiB disk, as whole processes over the same template beside Debian's packer. */
export const benchmark: Benchmark = {
  name: "box",
  needs: { packer: "packer" },
  async run(context): Promise<readonly Figure[]> {
    await makeMixedDisk(join(context.directory, "vm-disk001.vmdk"), GIB);
    await makeNoise(join(context.directory, "noise.img"), GIB);
    await writeFile(
      join(context.directory, "vm.ovf"),
      '<Envelope><vbox:Machine><Adapter slot="0" MACAddress="080027000001" /></vbox:Machine></Envelope>\n',
    );
    // The disk is not to be busy with them while it is measured.
    await run("sync");
    return [...(await boxFigures(context)), ...(await noiseFigures(context)), ...(await zstdFigures(context))];
  },
};

async function boxFigures(context: BenchContext): Promise<Figure[]> {
  const steps = [
    { type: "artifice", files: ["vm.ovf", "vm-disk001.vmdk"] },
    { type: "vagrant", provider_override: "virtualbox", output: "out.box", keep_input_artifact: true },
  ];
  const { ours, theirs } = await pair(context, "box", steps, "out.box");
  return [
    {
      label: "Vagrant box of a 1 GiB mixed disk",
      unit: "s",
      ours: ours.seconds,
      peer: { name: "packer", value: theirs.seconds },
      target: { text: "at least as fast as packer", met: ours.seconds <= theirs.seconds },
    },
    {
      label: "size of that box",
      unit: "MB",
      ours: ours.bytes / 1e6,
      peer: { name: "packer", value: theirs.bytes / 1e6 },
      target: { text: "equal or smaller", met: ours.bytes <= theirs.bytes },
    },
    {
      label: "peak memory meanwhile",
      unit: "MB",
      ours: ours.peakMb,
      peer: { name: "packer", value: theirs.peakMb },
      target: { text: "under 200 MB", met: ours.peakMb < 200 },
    },
  ];
}

async function noiseFigures(context: BenchContext): Promise<Figure[]> {
  const steps = [
    { type: "artifice", files: ["noise.img"] },
    { type: "compress", output: "out.tar.gz", keep_input_artifact: true },
  ];
  const { ours, theirs } = await pair(context, "noise", steps, "out.tar.gz");
  const speed = (seconds: number) => (GIB * 1.048576) / seconds;
  return [
    {
      label: "tar.gz of 1 GiB that does not compress",
      unit: "MB/s",
      ours: speed(ours.seconds),
      peer: { name: "packer", value: speed(theirs.seconds) },
      target: { text: "400 MB/s or more", met: speed(ours.seconds) >= 400 },
    },
  ];
}

async function zstdFigures(context: BenchContext): Promise<Figure[]> {
  const steps = [
    { type: "artifice", files: ["vm-disk001.vmdk"] },
    { type: "compress", output: "out.zst", keep_input_artifact: true },
  ];
  await writeTemplate(context, "zstd", steps);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await timed(context, context.imgbuild, "zstd", "out.zst"));
  const seconds = median(rounds.map((one) => one.seconds));
  return [
    {
      label: "zstd of the 1 GiB mixed disk",
      unit: "s",
      ours: seconds,
      target: { text: "under 2 s", met: seconds < 2 },
    },
  ];
}

interface Timing {
  readonly seconds: number;
  readonly bytes: number;
  readonly peakMb: number;
}

/** In turn, and in turn the first, so that a machine whose speed drifts is fair to both. */
async function pair(context: BenchContext, name: string, steps: readonly object[], output: string) {
  await writeTemplate(context, name, steps);
  const ours: Timing[] = [];
  const theirs: Timing[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const takeOurs = async () => ours.push(await timed(context, context.imgbuild, name, output));
    const takeTheirs = async () => theirs.push(await timed(context, "packer", name, output));
    const order = round % 2 === 0 ? [takeOurs, takeTheirs] : [takeTheirs, takeOurs];
    for (const take of order) await take();
  }
  return { ours: typical(ours), theirs: typical(theirs) };
}

function typical(timings: readonly Timing[]): Timing {
  return {
    seconds: median(timings.map(({ seconds }) => seconds)),
    bytes: timings[0]!.bytes,
    peakMb: Math.max(...timings.map((timing) => timing.peakMb)),
  };
}

async function writeTemplate({ directory }: BenchContext, name: string, steps: readonly object[]): Promise<void> {
  const template = { builders: [{ type: "null", communicator: "none" }], "post-processors": [steps] };
  await writeFile(join(directory, `${name}.json`), JSON.stringify(template));
}

/** GNU time tells the peak memory of the largest process. */
async function timed({ directory, log }: BenchContext, command: string, name: string, output: string): Promise<Timing> {
  await rm(join(directory, output), { force: true });
  const argv = command === "packer" ? ["packer"] : [process.execPath, command];
  const env = { ...ordinaryEnvironment(), CHECKPOINT_DISABLE: "1", IMGBUILD_STATE_DIR: join(directory, "state") };
  const started = performance.now();
  const { stderr } = await run("/usr/bin/time", ["-f", "%M", ...argv, "build", `${name}.json`], {
    cwd: directory,
    env,
    maxBuffer: 1e8,
  });
  const seconds = (performance.now() - started) / 1000;
  log(`${name}, ${argv[0] === "packer" ? "packer" : "imgbuild"}: ${seconds.toFixed(2)} s`);
  const peakMb = Number(stderr.trim().split("\n").at(-1)) / 1024;
  return { seconds, bytes: (await stat(join(directory, output))).size, peakMb };
}
