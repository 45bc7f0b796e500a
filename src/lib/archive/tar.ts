import { pack } from "tar-stream";
import type { ArchiveEntry } from "./entry.ts";

/** A POSIX tar stream of the entries in the given order, owned by root, all with one time. */
export async function* tar(entries: readonly ArchiveEntry[], time: Date): AsyncGenerator<Buffer> {
  const stream = pack();
  const filling = fill(stream, entries, time).catch((error: unknown) => stream.destroy(error as Error));
  yield* stream as unknown as AsyncIterable<Buffer>;
  await filling;
}

async function fill(stream: ReturnType<typeof pack>, entries: readonly ArchiveEntry[], time: Date): Promise<void> {
  for (const entry of entries) {
    const header = {
      name: entry.name,
      size: entry.size,
      mode: entry.mode,
      mtime: time,
      uid: 0,
      gid: 0,
      uname: "root",
      gname: "root",
    };
    await new Promise<void>((resolve, reject) => {
      const sink = stream.entry(header, (error) => (error ? reject(error) : resolve()));
      copy(entry, sink).catch(reject);
    });
  }
  stream.finalize();
}

type Sink = ReturnType<ReturnType<typeof pack>["entry"]>;

async function copy(entry: ArchiveEntry, sink: Sink): Promise<void> {
  for await (const chunk of exactly(entry)) {
    if (!sink.write(chunk)) await new Promise<void>((resolve) => sink.once("drain", () => resolve()));
  }
  sink.end(undefined);
}

/** A file that shrinks or grows while it is read would break the archive's structure: an error instead. */
export async function* exactly(entry: ArchiveEntry): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of entry.open()) {
    seen += chunk.length;
    if (seen > entry.size) break;
    yield chunk;
  }
  if (seen !== entry.size) throw new Error(`${entry.name} changed while it was being read`);
}
