import { errorText } from "../../../lib/error-text.ts";
import { retry } from "../../../lib/retry.ts";
import { BuildError } from "../../../sdk/error.ts";
import { MissingObject } from "../../../sdk/store-place.ts";
import { codeOf } from "../aws/failure.ts";
import { explain, type Bucket } from "./bucket.ts";

const PIECE_BYTES = 8 * 1024 * 1024;
/** Pieces on their way beside the one that is being used. */
const AHEAD = 3;
const ATTEMPTS = 6;
/** A piece that takes longer has stalled: that is 27 KiB a second. */
const PIECE_MS = 5 * 60_000;

export interface Reading {
  readonly key: string;
  /** The name of the object within the store. */
  readonly object: string;
  readonly signal: AbortSignal;
}

/**
 * An object in pieces, several of them on their way at a time. A broken connection costs the piece it broke in. Its tag is not
 * compared: a file has its digest for a name, and another machine that makes it young again (`refresh`) changes the tag only.
 */
export async function* s3Content(place: Bucket, reading: Reading): AsyncIterable<Uint8Array> {
  const stopped = new AbortController();
  const signal = AbortSignal.any([reading.signal, stopped.signal]);
  const ask = (start: number) => askPatiently(place, { ...reading, signal, start });
  const first = await ask(0);
  const { total } = first;
  let next = first.bytes.length;
  const queue: Promise<Piece>[] = [];
  const fill = (): void => {
    for (; queue.length < AHEAD && next < total; next += PIECE_BYTES) {
      const piece = ask(next);
      piece.catch(() => {});
      queue.push(piece);
    }
  };
  try {
    fill();
    yield first.bytes;
    for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) {
      const { bytes } = await piece;
      fill();
      yield bytes;
    }
  } finally {
    stopped.abort();
  }
}

interface Piece {
  readonly bytes: Uint8Array;
  /** Of the whole object, in bytes. */
  readonly total: number;
}

interface Question extends Reading {
  readonly start: number;
}

async function askPatiently(place: Bucket, question: Question): Promise<Piece> {
  const { signal, object } = question;
  const isWorthRepeating = (error: unknown): boolean => !(error instanceof BuildError);
  try {
    const options = { attempts: ATTEMPTS, delayMs: 500, signal, shouldRetry: isWorthRepeating };
    return await retry(() => ask(place, question), options);
  } catch (error) {
    signal.throwIfAborted();
    if (codeOf(error) === "NoSuchKey") throw new MissingObject(`${object} is not in the store ${place.name}`);
    if (error instanceof BuildError) return explain(place.name)(error);
    throw new BuildError(`The store ${place.name} cannot be read: ${errorText(error)}`);
  }
}

async function ask({ s3, bucket }: Bucket, { key, start, signal }: Question): Promise<Piece> {
  const timely = AbortSignal.any([signal, AbortSignal.timeout(PIECE_MS)]);
  const range = `bytes=${start}-${start + PIECE_BYTES - 1}`;
  try {
    const question = { Bucket: bucket, Key: key, Range: range };
    const answer = await s3.call("GetObject", question, { signal: timely });
    const bytes = await answer.Body!.transformToByteArray();
    const total = Number(/\/(\d+)$/.exec(answer.ContentRange ?? "")?.[1] ?? bytes.length);
    const wanted = Math.min(PIECE_BYTES, total - start);
    if (bytes.length !== wanted) throw new Error("the answer is shorter than it says");
    return { bytes, total };
  } catch (error) {
    // There is no first byte of what is empty.
    if (codeOf(error) === "InvalidRange") return { bytes: new Uint8Array(), total: 0 };
    throw error;
  }
}
