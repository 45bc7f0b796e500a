import type { Duplex } from "node:stream";
import type { ByteSource } from "../byte-source.ts";
import { damaged } from "./by-program.ts";

/** What `create`'s stream makes of the source. Its failures are the data's; those of the source stay what they are. */
export async function* throughStream(source: ByteSource, format: string, create: () => Duplex): AsyncGenerator<Buffer> {
  const stream = create();
  let unreadable: { readonly error: unknown } | undefined;
  const feeding = feed(stream, source).catch((error: unknown) => {
    unreadable ??= { error };
    stream.destroy();
  });
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) yield piece;
  } catch (cause) {
    if (unreadable) throw unreadable.error;
    throw damaged(format, cause);
  } finally {
    stream.destroy();
    await feeding;
  }
  if (unreadable) throw unreadable.error;
}

/** One piece at a time, because the source reuses its memory for the next one. */
async function feed(stream: Duplex, source: ByteSource): Promise<void> {
  for await (const piece of source) {
    if (stream.destroyed) return;
    // An error of the stream is told by the stream, to who reads it.
    await new Promise<void>((resolve) => {
      stream.once("close", resolve);
      stream.write(piece, () => {
        stream.off("close", resolve);
        resolve();
      });
    });
  }
  stream.end();
}
