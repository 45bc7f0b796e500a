import { Worker } from "node:worker_threads";
import type { TransformTask } from "./block-transforms.ts";
import type { DataBlock } from "./blocks.ts";

/** Threads that compress (or hash) blocks, so that the event loop is free and all processors work. */
export interface BlockWorkers {
  /** Transforms one block on the thread with the least to do; resolves to the result, in the block's `output`. */
  transform(block: DataBlock): Promise<Buffer>;
  close(): Promise<void>;
}

/** `count` threads at most; each starts when there is work for it. */
export function createBlockWorkers(task: TransformTask, count: number): BlockWorkers {
  const workers: BlockWorker[] = [];
  const leastBusy = (): BlockWorker => {
    const worker = workers.toSorted((one, other) => one.waiting() - other.waiting())[0];
    if (worker && (worker.waiting() === 0 || workers.length >= count)) return worker;
    workers.push(createWorker(task));
    return workers.at(-1)!;
  };
  return {
    transform: (block) => leastBusy().transform(block),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

/** What a thread is sent: where the parts of a block lie in memory that both share. */
export interface BlockRequest {
  readonly memory: ArrayBufferLike;
  readonly data: ByteRange;
  readonly before: ByteRange;
  readonly output: ByteRange;
}
export type ByteRange = readonly [offset: number, length: number];

/** What it answers: the length of the result, which is in `output`, or why there is none. */
export type BlockReply = { readonly length: number; readonly error?: undefined } | { readonly error: string };

interface Waiting {
  readonly block: DataBlock;
  readonly resolve: (data: Buffer) => void;
  readonly reject: (error: Error) => void;
}

interface BlockWorker extends BlockWorkers {
  waiting(): number;
}

function createWorker(task: TransformTask): BlockWorker {
  const worker = new Worker(new URL("./block-thread.ts", import.meta.url), { workerData: task });
  const waiting: Waiting[] = [];
  let failure: Error | undefined;
  worker.on("message", (reply: BlockReply) => {
    const { block, resolve, reject } = waiting.shift()!;
    if (reply.error !== undefined) reject(new Error(reply.error));
    else resolve(block.output.subarray(0, reply.length));
  });
  worker.on("error", (error: Error) => {
    failure = error;
    for (const { reject } of waiting.splice(0)) reject(error);
  });
  return {
    waiting: () => waiting.length,
    transform: (block) =>
      new Promise((resolve, reject) => {
        // The thread is dead and will not answer.
        if (failure) return reject(failure);
        waiting.push({ block, resolve, reject });
        worker.postMessage(requestFor(block));
      }),
    close: async () => {
      await worker.terminate();
    },
  };
}

function requestFor({ data, before, output }: DataBlock): BlockRequest {
  return { memory: data.buffer, data: rangeOf(data), before: rangeOf(before), output: rangeOf(output) };
}

function rangeOf({ byteOffset, length }: Buffer): ByteRange {
  return [byteOffset, length];
}
