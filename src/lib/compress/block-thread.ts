import { parentPort, workerData } from "node:worker_threads";
import { awaitedLater } from "../awaited-later.ts";
import { errorText } from "../error-text.ts";
import { prepareTransform, type TransformTask } from "./block-transforms.ts";
import type { BlockReply, BlockRequest, ByteRange } from "./block-workers.ts";

/** The program of each thread of `block-workers.ts`: it transforms the blocks that are sent to it, in order. */
const ready = awaitedLater(prepareTransform(workerData as TransformTask));
parentPort!.on("message", (request: BlockRequest) => void answer(request));

async function answer({ memory, data, before, output }: BlockRequest): Promise<void> {
  const view = ([offset, length]: ByteRange): Uint8Array => new Uint8Array(memory, offset, length);
  try {
    const transform = await ready;
    const result = transform(view(data), view(before));
    view(output).set(result);
    reply({ length: result.length });
  } catch (error) {
    reply({ error: errorText(error) });
  }
}

function reply(message: BlockReply): void {
  parentPort!.postMessage(message);
}
