import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSshd, type TestSshd } from "../../test/helper/sshd.ts";
import { createTcpProxy } from "../../test/helper/tcp-proxy.ts";
import type { BenchContext, Benchmark, Figure } from "./benchmark.ts";
import { median } from "./benchmark.ts";

/** Whole builds of a `null` template against a real sshd: ours, Debian's packer, and where it can do the same, OpenSSH. */
export const benchmark: Benchmark = {
  name: "ssh",
  needs: { sshd: "openssh-server", packer: "packer", ssh: "openssh-client" },
  async run(context) {
    const server = await createSshd({ forBenchmark: true, directory: join(context.directory, "sshd") });
    const far = await createTcpProxy({ target: server.port, roundTripMs: 20, forBenchmark: true });
    try {
      const bench = { context, server, farPort: far.port };
      return [
        ...(await largeFile(bench)),
        ...(await smallFiles(bench)),
        ...(await manyScripts(bench)),
        await readiness(bench),
      ];
    } finally {
      await far.close();
      await server.stop();
    }
  },
};

interface Bench {
  readonly context: BenchContext;
  readonly server: TestSshd;
  /** The same server, 20 ms away. */
  readonly farPort: number;
}

const ROUNDS = 3;

async function largeFile(bench: Bench): Promise<readonly Figure[]> {
  const source = join(bench.context.directory, "large");
  await writeFile(source, randomBytes(500_000_000));
  const steps = [{ type: "file", source, destination: "/tmp/imgbuild-bench-large" }];
  const times = await both(bench, "large", bench.server.port, steps);
  const scp = await repeat(() =>
    openssh(bench, "scp", ["-q", source, `${bench.server.username}@127.0.0.1:/tmp/imgbuild-bench-large`]),
  );
  await Promise.all([rm("/tmp/imgbuild-bench-large", { force: true }), rm(source)]);
  const text = "500 MB at least twice as fast as packer's default";
  return [
    figure("upload 500 MB, whole build", times, { text, met: times.packer >= 2 * times.ours }),
    { label: "upload 500 MB, OpenSSH scp alone", unit: "s", ours: times.ours, peer: { name: "scp", value: scp } },
  ];
}

async function smallFiles(bench: Bench): Promise<readonly Figure[]> {
  const directory = join(bench.context.directory, "small");
  await mkdir(directory);
  for (let index = 0; index < 300; index++) await writeFile(join(directory, `file${index}`), randomBytes(1000));
  const empty = await both(bench, "empty", bench.farPort, []);
  const target = "/tmp/imgbuild-bench-small";
  const times = await both(
    bench,
    "small",
    bench.farPort,
    [{ type: "file", source: `${directory}/`, destination: target }],
    `mkdir -p ${target}`,
  );
  await rm(target, { recursive: true, force: true });
  const net = { ours: times.ours - empty.ours, packer: times.packer - empty.packer };
  return [
    figure("300 files of 1 KB at 20 ms", net, { text: "under 1 s", met: net.ours < 1 }),
    figure("connect and nothing else at 20 ms, whole build", empty),
  ];
}

async function manyScripts(bench: Bench): Promise<readonly Figure[]> {
  const steps = Array.from({ length: 20 }, () => ({ type: "shell", inline: ["true"] }));
  const times = await both(bench, "scripts", bench.farPort, steps);
  return [figure("20 shell provisioners at 20 ms, whole build", times, { text: "under 3 s", met: times.ours < 3 })];
}

/** From the moment sshd accepts to the first command running in it. */
async function readiness(bench: Bench): Promise<Figure> {
  const measure = async (program: readonly string[], name: string) => {
    await bench.server.stop();
    const template = await writeTemplate(bench, name, bench.server.port, [{ type: "shell-local", inline: ["true"] }]);
    const build = run(bench, [...program, "build", template]);
    await new Promise((resolve) => setTimeout(resolve, 3300));
    const started = performance.now();
    await bench.server.start();
    await build;
    return (performance.now() - started) / 1000;
  };
  const ours = await measure([process.execPath, bench.context.imgbuild], "ready-ours");
  const packer = await measure(["packer"], "ready-packer");
  return figure("sshd accepts → build over", { ours, packer }, { text: "noticed within 1 s", met: ours < 1 });
}

interface Times {
  readonly ours: number;
  readonly packer: number;
}

async function both(
  bench: Bench,
  name: string,
  port: number,
  steps: readonly object[],
  prepare?: string,
): Promise<Times> {
  const template = await writeTemplate(bench, name, port, steps);
  const timed = (program: readonly string[]) =>
    repeat(async () => {
      if (prepare !== undefined) execFileSync("sh", ["-c", prepare]);
      return run(bench, [...program, "build", template]);
    });
  return { ours: await timed([process.execPath, bench.context.imgbuild]), packer: await timed(["packer"]) };
}

async function writeTemplate(
  bench: Bench,
  name: string,
  port: number,
  provisioners: readonly object[],
): Promise<string> {
  const { server, context } = bench;
  const builder = {
    type: "null",
    ssh_host: "127.0.0.1",
    ssh_port: port,
    ssh_username: server.username,
    ssh_private_key_file: server.keyFile,
  };
  const path = join(context.directory, `${name}.json`);
  await writeFile(path, JSON.stringify({ builders: [builder], provisioners }));
  return path;
}

async function repeat(measure: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await measure());
  return median(times);
}

function openssh(bench: Bench, program: string, args: readonly string[]): Promise<number> {
  const { keyFile, port } = bench.server;
  const options = [
    "-i",
    keyFile,
    "-P",
    String(port),
    "-o",
    "StrictHostKeyChecking=no",
    "-o",
    "UserKnownHostsFile=/dev/null",
  ];
  return run(bench, [program, ...options, ...args]);
}

/** Seconds. Rejects with what the program printed when it failed. */
function run({ context }: Bench, [program, ...args]: readonly string[]): Promise<number> {
  const started = performance.now();
  const env = { ...process.env, PACKER_CACHE_DIR: join(context.directory, "cache"), CHECKPOINT_DISABLE: "1" };
  return new Promise((resolve, reject) => {
    const child = spawn(program!, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    child.once("error", reject);
    child.once("exit", (code) =>
      code === 0
        ? resolve((performance.now() - started) / 1000)
        : reject(new Error(`${program} failed with ${code}\n${printed.slice(-3000)}`)),
    );
  });
}

function figure(label: string, { ours, packer }: Times, target?: Figure["target"]): Figure {
  return { label, unit: "s", ours, peer: { name: "packer 1.6.6", value: packer }, target };
}
