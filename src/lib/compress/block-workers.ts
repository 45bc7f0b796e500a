import { Worker } from "node:worker_threads";

/** Compressors that are WebAssembly would stop the event loop: they run on threads of their own. */
export interface BlockWorkers {
  /** Compresses one block on the next thread in turn. */
  compress(block: Buffer): Promise<Buffer>;
  close(): Promise<void>;
}

export interface BlockWorkersOptions {
  /** URL of the module the threads load. */
  readonly module: string;
  /** JavaScript of an async function from the loaded module to a function that compresses a Uint8Array. */
  readonly prepare: string;
  readonly count: number;
}

export function createBlockWorkers(options: BlockWorkersOptions): BlockWorkers {
  const workers = Array.from({ length: options.count }, () => createWorker(options));
  let turn = 0;
  return {
    compress: (block) => workers[turn++ % workers.length]!.compress(block),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

/** Plain text, because a worker inside a bundle has no file of its own. */
const script = (prepare: string): string => `
  const { parentPort, workerData } = require("node:worker_threads");
  const ready = import(workerData.module).then(${prepare});
  parentPort.on("message", async (block) => {
    try {
      const data = (await ready)(block);
      parentPort.postMessage({ data }, data.buffer.byteLength === data.byteLength ? [data.buffer] : []);
    } catch (error) {
      parentPort.postMessage({ error: String(error?.message ?? error) });
    }
  });
`;

type Reply = { readonly data: Uint8Array; readonly error?: undefined } | { readonly error: string };

interface Waiting {
  readonly resolve: (data: Buffer) => void;
  readonly reject: (error: Error) => void;
}

function createWorker({ module, prepare }: BlockWorkersOptions): BlockWorkers {
  const worker = new Worker(script(prepare), { eval: true, workerData: { module } });
  const waiting: Waiting[] = [];
  worker.on("message", (reply: Reply) => {
    const { resolve, reject } = waiting.shift()!;
    if (reply.error !== undefined) reject(new Error(reply.error));
    else resolve(Buffer.from(reply.data.buffer, reply.data.byteOffset, reply.data.byteLength));
  });
  worker.on("error", (error) => waiting.splice(0).forEach(({ reject }) => reject(error)));
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
