import { Worker } from "node:worker_threads";
import type { ByteSource } from "./blocks.ts";
import { frames } from "./frames.ts";

/** bzip2's own unit: a level is a block of level × 100,000 bytes. */
const LEVEL_BYTES = 100_000;

/** bzip2 1.0.8 as WebAssembly, a stream per block on worker threads; `bunzip2` reads streams in a row as one file. */
export async function* bzip2(
  source: ByteSource,
  options: { readonly level: number; readonly concurrency: number },
): AsyncGenerator<Buffer> {
  const workers = Array.from({ length: options.concurrency }, () => createWorker(options.level));
  let turn = 0;
  try {
    yield* frames(source, {
      blockBytes: options.level * LEVEL_BYTES,
      concurrency: options.concurrency,
      compress: (block) => workers[turn++ % workers.length]!.compress(block),
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
}

/** Plain text, because a worker inside a bundle has no file of its own. The worst case of bzip2 is 1 % + 600 bytes. */
const WORKER = `
  const { parentPort, workerData } = require("node:worker_threads");
  const ready = import(workerData.module).then(async ({ default: BZip2 }) => {
    const bzip2 = new BZip2();
    await bzip2.init();
    return bzip2;
  });
  parentPort.on("message", async (block) => {
    try {
      const bzip2 = await ready;
      parentPort.postMessage({ data: bzip2.compress(block, workerData.level, Math.ceil(block.length * 1.01) + 600) });
    } catch (error) {
      parentPort.postMessage({ error: String(error?.message ?? error) });
    }
  });
`;

interface BlockWorker {
  compress(block: Buffer): Promise<Buffer>;
  close(): Promise<void>;
}

type Reply = { readonly data: Uint8Array; readonly error?: undefined } | { readonly error: string };

function createWorker(level: number): BlockWorker {
  const worker = new Worker(WORKER, { eval: true, workerData: { module: import.meta.resolve("bzip2-wasm"), level } });
  const waiting: { readonly resolve: (data: Buffer) => void; readonly reject: (error: Error) => void }[] = [];
  worker.on("message", (reply: Reply) => {
    const { resolve, reject } = waiting.shift()!;
    if (reply.error !== undefined) reject(new Error(`bzip2: ${reply.error}`));
    else resolve(Buffer.from(reply.data.buffer, reply.data.byteOffset, reply.data.byteLength));
  });
  worker.on("error", (error) => waiting.splice(0).forEach(({ reject }) => reject(error as Error)));
  return {
    compress: (block) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        worker.postMessage(block);
      }),
    close: async () => {
      await worker.terminate();
    },
  };
}
