import { spawn, type ChildProcess } from "node:child_process";
import { createHash, randomFillSync } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { median, type BenchContext, type Benchmark, type Figure } from "./benchmark.ts";

const SIZE = 1024 ** 3;
const ROUNDS = 3;
const PEER = "Debian's packer";

/** One GiB over HTTP on loopback with SHA-256: the download step alone, start-up not counted. */
export const benchmark: Benchmark = {
  name: "download",
  needs: { packer: "packer", "qemu-system-x86_64": "qemu-system-x86" },
  async run(context) {
    const piece = randomFillSync(Buffer.alloc(1024 ** 2));
    const server = await serve(piece);
    try {
      return await measure(
        context,
        `http://127.0.0.1:${(server.address() as AddressInfo).port}/big.iso`,
        digestOf(piece),
      );
    } finally {
      server.close();
    }
  },
};

async function measure(context: BenchContext, url: string, sha256: string): Promise<readonly Figure[]> {
  const template = join(context.directory, "download.pkr.hcl");
  await writeFile(template, templateFor(url, sha256));
  const times = {
    coldOurs: [] as number[],
    coldPeer: [] as number[],
    warmOurs: [] as number[],
    warmPeer: [] as number[],
  };
  for (let round = 1; round <= ROUNDS; round++) {
    await rm(join(context.directory, "cache"), { recursive: true, force: true });
    times.coldPeer.push(await packerSeconds(context, template));
    times.warmPeer.push(await packerSeconds(context, template));
    await rm(join(context.directory, "cache"), { recursive: true, force: true });
    times.coldOurs.push(await ourSeconds(context, template));
    times.warmOurs.push(await ourSeconds(context, template));
    context.log(
      `round ${round}: ${Object.entries(times)
        .map(([who, all]) => `${who} ${all.at(-1)!.toFixed(2)} s`)
        .join(", ")}`,
    );
  }
  const cold = { ours: median(times.coldOurs), peer: median(times.coldPeer) };
  const warm = { ours: median(times.warmOurs), peer: median(times.warmPeer) };
  return [
    {
      label: "1 GiB ISO from loopback HTTP with sha256, cold",
      unit: "s",
      ours: cold.ours,
      peer: { name: PEER, value: cold.peer },
      target: { text: "at least 3 times as fast as packer", met: cold.ours * 3 <= cold.peer },
    },
    {
      label: "the same, warm",
      unit: "s",
      ours: warm.ours,
      peer: { name: PEER, value: warm.peer },
      target: { text: "under 0.2 s", met: warm.ours < 0.2 },
    },
  ];
}

function templateFor(url: string, sha256: string): string {
  return `
source "qemu" "download" {
  iso_url          = "${url}"
  iso_checksum     = "sha256:${sha256}"
  accelerator      = "tcg"
  output_directory = "out"
  disk_size        = "10M"
  headless         = true
  communicator     = "none"
}
build {
  sources = ["source.qemu.download"]
}
`;
}

/** From packer's "Retrieving ISO" to the line that names the file. */
function packerSeconds(context: BenchContext, template: string): Promise<number> {
  return between(context, "packer", ["build", "-color=false", template], (line) => {
    if (line.includes("Retrieving ISO")) return "start";
    return / => \//.test(line) ? "end" : undefined;
  });
}

/** The step's own time, as the event stream gives it. */
function ourSeconds(context: BenchContext, template: string): Promise<number> {
  return between(context, process.execPath, [context.imgbuild, "build", "--json", template], (line) => {
    if (!line.includes('"download ISO"')) return undefined;
    return line.includes('"step-started"') ? "start" : line.includes('"step-finished"') ? "end" : undefined;
  });
}

/** Runs a build until the download is done, interrupts it, and returns the seconds between the two lines. */
async function between(
  context: BenchContext,
  program: string,
  args: readonly string[],
  classify: (line: string) => "start" | "end" | undefined,
): Promise<number> {
  const cache = join(context.directory, "cache");
  const env = {
    ...process.env,
    CHECKPOINT_DISABLE: "1",
    PACKER_CACHE_DIR: cache,
    IMGBUILD_STATE_DIR: join(context.directory, "state"),
  };
  const child = spawn(program, args, {
    cwd: context.directory,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = new Promise((resolve) => child.once("close", resolve));
  let started: number | undefined;
  let seconds: number | undefined;
  const output: string[] = [];
  const read = async (stream: Readable): Promise<void> => {
    for await (const line of createInterface({ input: stream })) {
      output.push(line);
      const mark = classify(line);
      if (mark === "start") started ??= performance.now();
      if (mark === "end" && started !== undefined && seconds === undefined) {
        seconds = (performance.now() - started) / 1000;
        stop(child);
      }
    }
  };
  await Promise.all([read(child.stdout), read(child.stderr), closed]);
  await rm(join(context.directory, "out"), { recursive: true, force: true });
  if (seconds === undefined) throw new Error(`${program} did not download:\n${output.slice(-20).join("\n")}`);
  return seconds;
}

/** Packer heeds an interrupt only when its plugins get it too, and not always then. */
function stop(child: ChildProcess): void {
  const signalGroup = (signal: NodeJS.Signals) => {
    try {
      process.kill(-child.pid!, signal);
    } catch {
      // All of it has ended.
    }
  };
  signalGroup("SIGINT");
  const timer = setTimeout(() => signalGroup("SIGKILL"), 10_000);
  child.once("close", () => clearTimeout(timer));
}

function digestOf(piece: Buffer): string {
  const hash = createHash("sha256");
  for (let done = 0; done < SIZE; done += piece.length) hash.update(piece);
  return hash.digest("hex");
}

/** The same MiB over and over, from memory, so that the server costs next to nothing. */
function serve(piece: Buffer): Promise<Server> {
  const server = createServer((request, response) => {
    response.writeHead(200, { "content-length": SIZE, "content-type": "application/octet-stream" });
    if (request.method === "HEAD") return void response.end();
    let done = 0;
    const send = (): void => {
      while (done < SIZE) {
        done += piece.length;
        if (!response.write(piece)) return void response.once("drain", send);
      }
      response.end();
    };
    send();
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
