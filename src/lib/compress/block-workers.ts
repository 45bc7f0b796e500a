import { Worker } from "node:worker_threads";
import type { Block } from "./blocks.ts";

/** Threads that compress (or hash) blocks, so that the event loop is free and all processors work. */
export interface BlockWorkers {
  /** Transforms one block on the thread with the least to do; resolves to the result, in the block's `output`. */
  transform(block: Block): Promise<Buffer>;
  close(): Promise<void>;
}

/** Transforms `data`, which came after `before`. Its result is valid until its next call. */
export type TransformBytes = (data: Uint8Array, before: Uint8Array) => Uint8Array;

export interface BlockWorkersOptions<Module, Options> {
  /** URL or `node:` name of a module that the threads load for `prepare`. */
  readonly module?: string;
  /** Called once in each thread, which has only its text: it refers to nothing but its parameters. */
  readonly prepare: (module: Module, options: Options) => TransformBytes | Promise<TransformBytes>;
  readonly options: Options;
  /** Threads at most; each starts when there is work for it. */
  readonly count: number;
}

export function createBlockWorkers<Module, Options>(options: BlockWorkersOptions<Module, Options>): BlockWorkers {
  const workers: BlockWorker[] = [];
  const leastBusy = (): BlockWorker => {
    const worker = workers.toSorted((one, other) => one.waiting() - other.waiting())[0];
    if (worker && (worker.waiting() === 0 || workers.length >= options.count)) return worker;
    workers.push(createWorker(options));
    return workers.at(-1)!;
  };
  return {
    transform: (block) => leastBusy().transform(block),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

/** Plain text, because a worker inside a bundle has no file of its own. */
const script = `
  const { parentPort, workerData } = require("node:worker_threads");
  const prepare = eval(workerData.prepare);
  const loaded = workerData.module === undefined ? Promise.resolve() : import(workerData.module);
  const ready = loaded.then((module) => prepare(module, workerData.options));
  parentPort.on("message", async ({ memory, data, before, output }) => {
    try {
      const view = ([offset, length]) => new Uint8Array(memory, offset, length);
      const result = (await ready)(view(data), view(before));
      view(output).set(result);
      parentPort.postMessage({ length: result.length });
    } catch (error) {
      parentPort.postMessage({ error: String(error?.message ?? error) });
    }
  });
`;

type Reply = { readonly length: number; readonly error?: undefined } | { readonly error: string };

interface Waiting {
  readonly block: Block;
  readonly resolve: (data: Buffer) => void;
  readonly reject: (error: Error) => void;
}

interface BlockWorker extends BlockWorkers {
  waiting(): number;
}

function createWorker<Module, Options>({
  module,
  prepare,
  options,
}: BlockWorkersOptions<Module, Options>): BlockWorker {
  const workerData = { module, prepare: `(${String(prepare)})`, options };
  const worker = new Worker(script, { eval: true, workerData });
  const waiting: Waiting[] = [];
  worker.on("message", (reply: Reply) => {
    const { block, resolve, reject } = waiting.shift()!;
    if (reply.error !== undefined) reject(new Error(reply.error));
    else resolve(block.output.subarray(0, reply.length));
  });
  worker.on("error", (error) => waiting.splice(0).forEach(({ reject }) => reject(error)));
  return {
    waiting: () => waiting.length,
    transform: (block) =>
      new Promise((resolve, reject) => {
        waiting.push({ block, resolve, reject });
        const range = ({ byteOffset, length }: Buffer): readonly [number, number] => [byteOffset, length];
        const { data, before, output } = block;
        worker.postMessage({ memory: data.buffer, data: range(data), before: range(before), output: range(output) });
      }),
    close: async () => {
      await worker.terminate();
    },
  };
}
