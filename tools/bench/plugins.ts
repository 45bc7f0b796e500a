import { spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { installProbe, REQUIRED_PROBE } from "../../test/helper/plugin/install-probe.ts";
import { median, ordinaryEnvironment, type BenchContext, type Benchmark, type Figure } from "./benchmark.ts";

/**
 * Checking templates whose components are in plugins: a process for each of them, in Packer as here. The plugin of our own
 * is small; `IMGBUILD_BENCH_PLUGINS` names a folder of real ones (docker, vmware, googlecompute, windows-update, chef),
 * laid out as PACKER_PLUGIN_PATH wants it, in which what Packer reads and runs again and again counts.
 */
export const benchmark: Benchmark = {
  name: "plugins",
  needs: { packer: "packer", go: "golang-go" },
  run: async (context) => {
    installProbe(join(context.directory, OWN));
    writeFileSync(join(context.directory, "six.pkr.hcl"), template(3, steps));
    writeFileSync(join(context.directory, "hundred.pkr.hcl"), template(100, ""));
    const real = process.env["IMGBUILD_BENCH_PLUGINS"];
    if (real) writeFileSync(join(context.directory, "real.pkr.hcl"), REAL);
    return [
      ...(await compareSix(context, { title: "6 components of a small plugin", file: "six.pkr.hcl", plugins: OWN })),
      ...(real
        ? await compareSix(context, { title: "6 components of 5 plugins", file: "real.pkr.hcl", plugins: real })
        : []),
      ...(await compareHundred(context)),
    ];
  },
};

const steps = `
  provisioner "probe-guest" {
    root = "."
  }
  provisioner "probe-guest" {
    root = "."
  }
  post-processor "probe-stamp" {
    root = "."
  }
`;

const REAL = `
source "googlecompute" "g" {
  project_id   = "x"
  zone         = "us-central1-a"
  source_image = "debian-12"
  ssh_username = "u"
  access_token = "t"
}
source "docker" "d" {
  image  = "debian:12"
  commit = true
}
source "vmware-iso" "v" {
  iso_url              = "https://example.invalid/x.iso"
  iso_checksum         = "none"
  ssh_username         = "u"
  ssh_password         = "p"
  network_adapter_type = "e1000"
  shutdown_command     = "true"
}
build {
  sources = ["googlecompute.g", "docker.d", "vmware-iso.v"]
  provisioner "windows-update" {}
  provisioner "chef-solo" {
    cookbook_paths = ["."]
    run_list       = ["x"]
  }
  post-processor "docker-tag" {
    repository = "x/y"
  }
}
`;

function template(count: number, more: string): string {
  const names = Array.from({ length: count }, (_, index) => `n${index}`);
  const sources = names.map((name) => `source "probe" "${name}" {\n  root = "."\n}\n`);
  const list = names.map((name) => `"probe.${name}"`).join(", ");
  return `${REQUIRED_PROBE}${sources.join("")}build {\n  sources = [${list}]\n${more}}\n`;
}

const HUNDRED = ["validate", "hundred.pkr.hcl"];
const TURNS = 7;
/** Below the directory of the benchmark. */
const OWN = "plugins";

interface Six {
  readonly title: string;
  readonly file: string;
  readonly plugins: string;
}

/** Three sources, two provisioners, a post-processor: cold (nothing is known of the plugin) and warm. */
async function compareSix(context: BenchContext, six: Six): Promise<readonly Figure[]> {
  const { title, file, plugins } = six;
  const args = ["validate", file];
  const [cold, warm, theirs]: [number[], number[], number[]] = [[], [], []];
  for (let turn = 0; turn < TURNS; turn++) {
    rmSync(join(context.directory, "cache"), { recursive: true, force: true });
    cold.push((await measure(context, process.execPath, [context.imgbuild, ...args], plugins)).cpuSeconds);
    warm.push((await measure(context, process.execPath, [context.imgbuild, ...args], plugins)).cpuSeconds);
    theirs.push((await measure(context, "packer", args, plugins)).cpuSeconds);
  }
  const peer = { name: "packer", value: median(theirs) };
  const text = "at most a third of packer's CPU time";
  return [
    { label: `validate ${title}, cold (CPU)`, unit: "s", ours: median(cold), peer },
    {
      label: `validate ${title}, warm (CPU)`,
      unit: "s",
      ours: median(warm),
      peer,
      // Of a plugin that is small, what Node takes to start is most of it.
      target: plugins === OWN ? undefined : { text, met: median(warm) * 3 <= peer.value },
    },
  ];
}

async function compareHundred(context: BenchContext): Promise<readonly Figure[]> {
  const ours = await measure(context, process.execPath, [context.imgbuild, ...HUNDRED]);
  const theirs = await measure(context, "packer", HUNDRED);
  const half = (label: string, unit: Figure["unit"], mine: number, peer: number): Figure => ({
    label: `validate 100 sources of one plugin (${label})`,
    unit,
    ours: mine,
    peer: { name: "packer", value: peer },
    target: { text: "at most half of packer's", met: mine * 2 <= peer },
  });
  return [
    half("time", "s", ours.seconds, theirs.seconds),
    half("CPU", "s", ours.cpuSeconds, theirs.cpuSeconds),
    half("memory", "MB", ours.peakMB, theirs.peakMB),
  ];
}

interface Measured {
  readonly seconds: number;
  /** Of all its processes. */
  readonly cpuSeconds: number;
  /** Of all its processes at once, as far as samples see it. */
  readonly peakMB: number;
}

const SAMPLE_MS = 50;

/** The shell's `time` counts what a process has waited for as well. */
async function measure(
  { directory, log }: BenchContext,
  program: string,
  args: readonly string[],
  plugins = OWN,
): Promise<Measured> {
  const env = {
    ...ordinaryEnvironment(),
    PACKER_PLUGIN_PATH: plugins,
    PACKER_CACHE_DIR: join(directory, "cache"),
    IMGBUILD_STATE_DIR: join(directory, "state"),
    CHECKPOINT_DISABLE: "1",
  };
  const script = 'TIMEFORMAT="%R %U %S"; time "$@"';
  const child = spawn("bash", ["-c", script, "-", program, ...args], { cwd: directory, env });
  let [output, errors, peakMB] = ["", "", 0];
  child.stdout.on("data", (chunk: Buffer) => (output += String(chunk)));
  child.stderr.on("data", (chunk: Buffer) => (errors += String(chunk)));
  const timer = setInterval(() => (peakMB = Math.max(peakMB, memoryOf(child.pid!))), SAMPLE_MS);
  const code = await new Promise((resolve) => child.once("close", resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${String(code)}:\n${output}${errors}`);
  const [seconds = 0, user = 0, system = 0] = errors.trim().split("\n").at(-1)!.split(" ").map(Number);
  log(`${program === "packer" ? "packer" : "imgbuild"} ${args.join(" ")}: ${seconds} s, CPU ${user + system} s`);
  return { seconds, cpuSeconds: user + system, peakMB };
}

/** Resident memory of a process and all below it. */
function memoryOf(root: number): number {
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readProcess);
  const below = new Set([root]);
  // A child may have a smaller number than its parent.
  for (let size = 0; size !== below.size;) {
    size = below.size;
    for (const { pid, parent } of processes) if (below.has(parent)) below.add(pid);
  }
  return processes.filter(({ pid }) => below.has(pid)).reduce((sum, { megabytes }) => sum + megabytes, 0);
}

function readProcess(
  pid: string,
): readonly { readonly pid: number; readonly parent: number; readonly megabytes: number }[] {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    return [{ pid: Number(pid), parent: field("PPid"), megabytes: field("VmRSS") / 1000 }];
  } catch {
    // It has ended.
    return [];
  }
}
