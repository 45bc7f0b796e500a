import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createEc2Proxy, isDry, type Ec2Proxy } from "../../test/helper/ec2-proxy.ts";
import { startMoto, UBUNTU } from "../../test/helper/moto.ts";
import type { BenchContext, Benchmark, Figure } from "./benchmark.ts";
import { median } from "./benchmark.ts";

/** Whole builds without a machine to log in to, against moto: what the clouds' side of a build costs. */
export const benchmark: Benchmark = {
  name: "amazon",
  needs: { python3: "python3-venv", packer: "packer" },
  async run(context) {
    const moto = await startMoto();
    const proxy = await createEc2Proxy(moto.endpoint);
    try {
      const ours = await repeat(context, proxy, [process.execPath, context.imgbuild]);
      const packer = await repeat(context, proxy, ["packer"]);
      const peer = (value: number): Figure["peer"] => ({ name: "packer 1.6.6", value });
      return [
        {
          label: "amazon-ebs, image available → exit",
          unit: "s",
          ours: ours.tail,
          peer: peer(packer.tail),
          target: { text: "no slower than packer", met: ours.tail <= packer.tail },
        },
        {
          label: "amazon-ebs, image pending for 20 s: noticed and over",
          unit: "s",
          ours: ours.total,
          peer: peer(packer.total),
        },
        {
          label: "amazon-ebs, API calls besides dry runs",
          unit: "count",
          ours: ours.calls,
          peer: peer(packer.calls),
          target: { text: "no more than packer", met: ours.calls <= packer.calls },
        },
        { label: "amazon-ebs, dry runs before anything is made", unit: "count", ours: ours.dryRuns },
      ];
    } finally {
      await proxy.close();
      await moto.stop();
    }
  },
};

interface Measured {
  /** Seconds from the moment the image is available to the end of the command. */
  readonly tail: number;
  readonly total: number;
  readonly calls: number;
  readonly dryRuns: number;
}

const ROUNDS = 3;
const PENDING_MS = 20_000;

async function repeat(context: BenchContext, proxy: Ec2Proxy, program: readonly string[]): Promise<Measured> {
  const rounds: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(context, proxy, program, round));
  const middle = (pick: (one: Measured) => number) => median(rounds.map(pick));
  return {
    tail: middle(({ tail }) => tail),
    total: middle(({ total }) => total),
    calls: middle(({ calls }) => calls),
    dryRuns: middle(({ dryRuns }) => dryRuns),
  };
}

async function measure(
  context: BenchContext,
  proxy: Ec2Proxy,
  program: readonly string[],
  round: number,
): Promise<Measured> {
  proxy.clear();
  let availableAt = Infinity;
  proxy.answered = ({ action }, xml) => {
    if (action === "CreateImage" && xml.includes("<imageId>")) availableAt = performance.now() + PENDING_MS;
    return action === "DescribeImages" && performance.now() < availableAt && availableAt !== Infinity
      ? xml.replaceAll("<imageState>available", "<imageState>pending")
      : xml;
  };
  const started = performance.now();
  await run(context, [...program, "build", await writeTemplate(context, proxy, round)]);
  const ended = performance.now();
  const dryRuns = proxy.calls.filter(isDry).length;
  const calls = proxy.calls.length - dryRuns;
  return { tail: (ended - availableAt) / 1000, total: (ended - started) / 1000, calls, dryRuns };
}

async function writeTemplate(context: BenchContext, proxy: Ec2Proxy, round: number): Promise<string> {
  const builder = {
    type: "amazon-ebs",
    access_key: "test",
    secret_key: "test",
    region: "us-east-1",
    custom_endpoint_ec2: proxy.endpoint,
    skip_metadata_api_check: true,
    skip_region_validation: true,
    source_ami: UBUNTU.id,
    instance_type: "t2.micro",
    communicator: "none",
    ami_name: `bench-${Date.now()}-${round}`,
  };
  const path = join(context.directory, "amazon.json");
  await writeFile(path, JSON.stringify({ builders: [builder] }));
  return path;
}

function run(context: BenchContext, [program, ...args]: readonly string[]): Promise<void> {
  const env = { ...process.env, PACKER_CACHE_DIR: join(context.directory, "cache"), CHECKPOINT_DISABLE: "1" };
  return new Promise((resolve, reject) => {
    const child = spawn(program!, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    child.once("error", reject);
    child.once("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} failed with ${code}\n${printed.slice(-3000)}`)),
    );
  });
}
