import { spawn } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tinyGuest } from "../../test/helper/tiny-guest.ts";
import { startBareGuest } from "./bare-guest.ts";
import { type BenchContext, type Benchmark, type Figure } from "./benchmark.ts";

const ROUNDS = 3;
const PEER = "Debian's packer";

/** Both tools run these very files. Packer 1.6 needs scp in the guest. */
const source = (iso: string, rest: string): string => `
source "qemu" "tiny" {
  iso_url          = "${iso}"
  iso_checksum     = "none"
  accelerator      = "tcg"
  vm_name          = "tiny.qcow2"
  output_directory = "out"
  memory           = 256
  disk_size        = "256M"
  headless         = true
  boot_wait        = "2s"
${rest}
}
`;

const install = (iso: string): string => `${source(
  iso,
  `
  http_directory   = "http"
  boot_command     = ["install answer=http://{{ .HTTPIP }}:{{ .HTTPPort }}/answer.cfg<enter>"]
  ssh_username     = "vagrant"
  ssh_password     = "vagrant"
  shutdown_command = "echo vagrant | sudo -S poweroff"`,
)}
build {
  sources = ["source.qemu.tiny"]
  provisioner "shell" {
    inline = ["uname -a"]
  }
}
`;

const CHARACTERS = 300;
const typing = (iso: string): string => `${source(
  iso,
  `
  communicator     = "none"
  boot_command     = ["${"The quick brown Fox! ".repeat(15).slice(0, CHARACTERS)}"]`,
)}
build {
  sources = ["source.qemu.tiny"]
}
`;

/** From process start to artifact beside Debian's packer, less the time the very same guest takes when started by hand. */
export const benchmark: Benchmark = {
  name: "qemu",
  needs: { packer: "packer", "qemu-system-x86_64": "qemu-system-x86", xorriso: "xorriso" },
  async run(context) {
    const iso = await tinyGuest(context.directory, "--with-openssh");
    const http = join(context.directory, "http");
    await mkdir(http);
    await writeFile(join(http, "answer.cfg"), "");
    return [await overhead(context, iso), await typingTime(context, iso)];
  },
};

async function overhead(context: BenchContext, iso: string): Promise<Figure> {
  const template = join(context.directory, "install.pkr.hcl");
  await writeFile(template, install(iso));
  const times = { bare: [] as number[], ours: [] as number[], peer: [] as number[] };
  for (let round = 1; round <= ROUNDS; round++) {
    times.bare.push(await startBareGuest(context.directory, iso));
    times.ours.push(await build(context, process.execPath, [context.imgbuild, "build", template]));
    times.peer.push(await build(context, "packer", ["build", template]));
    context.log(
      `round ${round}: ${Object.entries(times)
        .map(([who, all]) => `${who} ${all.at(-1)!.toFixed(1)} s`)
        .join(", ")}`,
    );
  }
  // A busy host only ever adds time: the least of the rounds is the truest.
  const bare = Math.min(...times.bare);
  const ours = Math.min(...times.ours) - bare;
  const peer = Math.min(...times.peer) - bare;
  return {
    label: `build overhead over the bare guest (${bare.toFixed(1)} s)`,
    unit: "s",
    ours,
    peer: { name: PEER, value: peer },
    target: { text: "at most half of packer's", met: ours <= peer / 2 },
  };
}

async function build(context: BenchContext, program: string, args: readonly string[]): Promise<number> {
  await rm(join(context.directory, "out"), { recursive: true, force: true });
  const tool = run(context, program, args);
  const { code, seconds } = await tool.finished;
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} failed:\n${tool.output()}`);
  return seconds;
}

async function typingTime(context: BenchContext, iso: string): Promise<Figure> {
  const template = join(context.directory, "typing.pkr.hcl");
  await writeFile(template, typing(iso));
  const ours = await typingSeconds(
    context,
    process.execPath,
    [context.imgbuild, "build", template],
    /Waiting for the machine to shut/,
  );
  const peer = await typingSeconds(context, "packer", ["build", template], /NetBridge|Waiting for shutdown/);
  return {
    label: `typing ${CHARACTERS} characters`,
    unit: "s",
    ours,
    peer: { name: PEER, value: peer },
    target: { text: "at least 5 times as fast as packer", met: ours * 5 <= peer },
  };
}

/** Between the line that announces the typing and the first one after it. */
async function typingSeconds(
  context: BenchContext,
  program: string,
  args: readonly string[],
  after: RegExp,
): Promise<number> {
  await rm(join(context.directory, "out"), { recursive: true, force: true });
  const tool = run(context, program, args);
  const from = await tool.sees(/Typing the boot command/);
  const to = await tool.sees(after);
  tool.interrupt();
  await tool.finished;
  return to - from;
}

interface Tool {
  readonly finished: Promise<{ readonly code: number | null; readonly seconds: number }>;
  output(): string;
  /** Seconds since the start when the output first matched. */
  sees(pattern: RegExp): Promise<number>;
  interrupt(): void;
}

function run(context: BenchContext, program: string, args: readonly string[]): Tool {
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const state = join(context.directory, "state");
  const env = {
    ...process.env,
    CHECKPOINT_DISABLE: "1",
    IMGBUILD_STATE_DIR: state,
    PACKER_CACHE_DIR: join(state, "cache"),
  };
  const child = spawn(program, args, {
    cwd: context.directory,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const listeners = new Set<() => void>();
  const onText = (chunk: Buffer) => {
    text += chunk.toString();
    listeners.forEach((listener) => listener());
  };
  child.stdout.on("data", onText);
  child.stderr.on("data", onText);
  return {
    finished: new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, seconds: elapsed() }));
    }),
    output: () => text,
    sees: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (pattern.test(text)) resolve(elapsed());
        };
        child.once("close", () => reject(new Error(`${program} ended before it said ${String(pattern)}:\n${text}`)));
        listeners.add(look);
        look();
      }),
    // The whole group: Packer's outer process does not pass it on to the inner one.
    interrupt: () => void process.kill(-child.pid!, "SIGTERM"),
  };
}
