import { parentPort, workerData } from "node:worker_threads";
import { errorText } from "../error-text.ts";
import { prepareTransform, type TransformTask } from "./block-transforms.ts";
import type { BlockReply, BlockRequest, ByteRange } from "./block-workers.ts";

/** The program of each thread of `block-workers.ts`: it transforms the blocks that are sent to it, in order. */
const ready = prepareTransform(workerData as TransformTask);
// Reported when the first block waits for it; until then a rejection must not count as unhandled.
ready.catch(() => {});
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
