import { execFile, spawn } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { debianMachine, debianUserData } from "../../test/helper/debian-machine.ts";
import { ordinaryEnvironment, type BenchContext, type Benchmark, type Figure } from "./benchmark.ts";

/** What the fourth provisioner leaves in memory: noise, which nothing packs. */
const TOUCHED_MB = 200;
const MARK = "the last provisioner begins";

const template = (image: string): string => `
source "qemu" "debian" {${debianMachine(image, "bench")}
  output_directory = "out"
  shutdown_command = "sudo poweroff"
}

build {
  sources = ["source.qemu.debian"]

  provisioner "wait-for" {
    cloud_init = true
    timeout    = "20m"
  }
  provisioner "shell" {
    inline = ["find / -xdev -type f -size -100k 2>/dev/null | head -n 5000 | xargs cat | sha256sum"]
  }
  provisioner "shell" {
    inline = ["head -c 50000000 /dev/urandom | sudo tee /root/data | sha256sum"]
  }
  provisioner "shell" {
    inline = ["sudo sh -c 'head -c ${TOUCHED_MB}000000 /dev/urandom > /dev/shm/noise'"]
  }
  provisioner "shell" {
    script = "last.sh"
  }
}
`;

/** A change in the last of five provisioners, beside the whole build; what saving costs, and what a checkpoint takes. */
export const benchmark: Benchmark = {
  name: "checkpoints",
  needs: { "qemu-system-x86_64": "qemu-system-x86", mmdebstrap: "mmdebstrap" },
  async run(context) {
    const { directory, log } = context;
    const image = join(directory, "debian.qcow2");
    await promisify(execFile)("test/guest/debian/build.sh", [image], { timeout: 900_000 });
    await writeFile(join(directory, "user-data"), debianUserData({}));
    await writeFile(join(directory, "t.pkr.hcl"), template(image));
    const change = (word: string) => writeFile(join(directory, "last.sh"), `echo ${MARK}: ${word}\n`);

    await change("one");
    log("whole build");
    const whole = await timedBuild(context, []);
    log("whole build that saves five checkpoints and the first login");
    const saving = await timedBuild(context, ["-checkpoints"]);
    await change("two");
    log("build after a change in the last provisioner");
    const again = await timedBuild(context, ["-checkpoints"]);
    return figures({ whole, saving, again, grownMb: await growthOfFourth(context) });
  },
};

interface Timed {
  /** Seconds from the start of the command. */
  readonly untilLast: number;
  readonly total: number;
}

interface Measured {
  readonly whole: Timed;
  readonly saving: Timed;
  readonly again: Timed;
  readonly grownMb: number;
}

const CHECKPOINTS = 6;

function figures({ whole, saving, again, grownMb }: Measured): readonly Figure[] {
  const cost = (saving.total - whole.total) / CHECKPOINTS;
  const peer = { name: "the whole build", value: whole.untilLast };
  return [
    {
      label: "checkpoints: until the last of five provisioners begins",
      unit: "s",
      ours: again.untilLast,
      peer,
      target: { text: "at least 20 times as early", met: whole.untilLast >= 20 * again.untilLast },
    },
    {
      label: "the same: until the image is there",
      unit: "s",
      ours: again.total,
      peer: { name: "the whole build", value: whole.total },
    },
    {
      label: "saving a checkpoint of a 1 GiB guest adds",
      unit: "s",
      ours: cost,
      target: { text: "at most 1 s, and 2 % of the build", met: cost <= 1 + (0.02 * whole.total) / CHECKPOINTS },
    },
    {
      label: `space of a checkpoint for each further ${TOUCHED_MB} MB that the guest has touched`,
      unit: "MB",
      ours: grownMb,
      target: { text: "at most 1.3 times as much", met: grownMb <= 1.3 * TOUCHED_MB },
    },
  ];
}

const environment = ({ directory }: BenchContext): NodeJS.ProcessEnv => ({
  ...ordinaryEnvironment(),
  IMGBUILD_CHECKPOINT_DIR: join(directory, "store"),
  IMGBUILD_STATE_DIR: join(directory, "state"),
});

async function timedBuild(context: BenchContext, flags: readonly string[]): Promise<Timed> {
  const { directory, imgbuild } = context;
  await rm(join(directory, "out"), { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const child = spawn(process.execPath, [imgbuild, "build", ...flags, "t.pkr.hcl"], {
    cwd: directory,
    env: environment(context),
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  let untilLast: number | undefined;
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    printed += chunk;
    if (printed.includes(MARK)) untilLast ??= seconds();
  });
  const code = await new Promise<number | null>((ended) => child.once("close", ended));
  if (code !== 0 || untilLast === undefined) throw new Error(`The build ended with ${code}:\n${printed}`);
  return { untilLast, total: seconds() };
}

/** How much larger the checkpoint after the fourth provisioner is than the one before, in megabytes. */
async function growthOfFourth(context: BenchContext): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [context.imgbuild, "checkpoints", "-json"], {
    env: environment(context),
  });
  const sizes = new Map<number, number>();
  for (const line of stdout.trim().split("\n")) {
    const { step, files } = JSON.parse(line) as { step: number; files: Record<string, { size: number }> };
    sizes.set(step, files["memory"]!.size);
  }
  return (sizes.get(4)! - sizes.get(3)!) / 1e6;
}
