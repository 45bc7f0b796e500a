import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { record } from "../guest/common.ts";

/** Something to send; `data` belongs to the file before it. */
export type Piece =
  { readonly kind: "directory" | "file"; readonly path: string } | { readonly kind: "data"; readonly data: Buffer };

/** Bytes of records in one line. Fewer lines are faster, larger ones cost memory on both sides. */
const LINE = 192 * 1024;
/** What the slowest of our guests has to undo: more effort gains little. */
const EFFORT = { level: 1 };

const compress = promisify(gzip);

/** The lines that `guest/receive-files.ts` takes after its first. While one is sent the next is made. */
export async function* writeLines(pieces: AsyncIterable<Piece>): AsyncGenerator<Buffer> {
  const digest = createHash("sha256");
  let files = 0;
  let held: Buffer[] = [];
  let size = 0;
  let ahead: Promise<Buffer> | undefined;
  for await (const piece of pieces) {
    if (piece.kind === "file") files++;
    if (piece.kind === "data") digest.update(piece.data);
    const records = recordsOf(piece);
    held.push(...records);
    size += records.reduce((sum, part) => sum + part.length, 0);
    if (size < LINE) continue;
    const before = ahead;
    ahead = lineOf(held);
    [held, size] = [[], 0];
    if (before !== undefined) yield await before;
  }
  if (ahead !== undefined) yield await ahead;
  yield await lineOf(held);
  yield Buffer.from(`=${digest.digest("hex")} ${files}\n`);
}

function recordsOf(piece: Piece): Buffer[] {
  const content = piece.kind === "data" ? piece.data : Buffer.from(piece.path);
  const head = Buffer.alloc(5);
  head[0] = record[piece.kind];
  head.writeInt32LE(content.length, 1);
  return [head, content];
}

async function lineOf(records: readonly Buffer[]): Promise<Buffer> {
  const packed = await compress(Buffer.concat([...records, Buffer.from([record.end])]), EFFORT);
  return Buffer.from(`${packed.toString("base64")}\n`);
}
