import { open, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { createHash } from "node:crypto";
import { isZero } from "../../lib/compress/is-zero.ts";
import type { Digest } from "../../lib/checksum.ts";
import { bootId } from "../../lib/process-identity.ts";
import { isSamePlace } from "../../lib/same-place.ts";
import type { Packing } from "../../lib/unpack/packing.ts";
import { unpack } from "../../lib/unpack/unpack.ts";
import { UnpackError } from "../../lib/unpack/unpack-error.ts";
import { BuildError } from "../../sdk/error.ts";
import { diskError } from "../disk-error.ts";
import { cacheDirectory, type DownloadAttempt, type Downloaded } from "./attempt.ts";
import { lockTarget } from "./lock-target.ts";
import { stampDigest } from "./stamp.ts";
import { targetFor } from "./target.ts";
import { readUnpackedDigest, writeUnpackedDigest } from "./unpacked-record.ts";
import { digestOf, isVerified } from "./verify.ts";

/** What an earlier build unpacked, where the packed file's digest is known and the image is still what it was. */
export async function previousImage(attempt: DownloadAttempt, packing: Packing): Promise<Downloaded | undefined> {
  if (attempt.digest === undefined) return undefined;
  return imageOf(attempt, packing, attempt.digest);
}

/** Unpacks an image that was verified. It stays in the cache (or where `targetPath` says), so that it is unpacked once. */
export async function unpackImage(attempt: DownloadAttempt, packing: Packing, packed: Downloaded): Promise<Downloaded> {
  const { run, options } = attempt;
  const digest = packed.digest ?? (await digestOf(attempt, packed.path, "sha256"));
  const target = await imagePath(attempt, packing, digest);
  if (await isSamePlace(packed.path, target)) throw wouldReplaceItself(target);
  const held = await lockTarget(attempt, target, { what: `unpacks the ${options.label}` });
  try {
    const made = await imageOf(attempt, packing, digest);
    if (made !== undefined) return made;
    run.say(`Unpacking ${options.label} ${packed.path}`);
    const image = await writeImage(attempt, { packing, path: packed.path, target });
    await stampDigest(cacheDirectory(run), target, { digest: image });
    await writeUnpackedDigest(cacheDirectory(run), digest, image);
    return { path: target, digest: image };
  } finally {
    await held.release();
  }
}

async function imageOf(attempt: DownloadAttempt, packing: Packing, packed: Digest): Promise<Downloaded | undefined> {
  const digest = await readUnpackedDigest(cacheDirectory(attempt.run), packed);
  if (digest === undefined) return undefined;
  const path = await imagePath(attempt, packing, packed);
  const isThere = await isVerified(attempt, path, { digest, instead: "it is unpacked anew" });
  return isThere ? { path, digest } : undefined;
}

function imagePath(attempt: DownloadAttempt, { stem }: Packing, { algorithm, hex }: Digest): Promise<string> {
  return targetFor(attempt, stem, (extension) => {
    const name = `${algorithm}-${hex}-unpacked`;
    return extension === "" ? name : `${name}.${extension}`;
  });
}

interface Unpacking {
  readonly packing: Packing;
  readonly path: string;
  readonly target: string;
}

/** Under a name of its own until it is complete; what a killed build left there is replaced. */
async function writeImage(attempt: DownloadAttempt, unpacking: Unpacking): Promise<Digest> {
  const { target } = unpacking;
  const temporary = `${target}.unpacking`;
  await rm(temporary, { force: true });
  try {
    const handle = await open(temporary, "wx", 0o644);
    const digest = await writeContent(attempt, unpacking, handle).finally(() => handle.close());
    await rename(temporary, target);
    return digest;
  } catch (error) {
    await rm(temporary, { force: true });
    throw explained(error, unpacking) ?? error;
  }
}

/** Zeros are left out: images are full of them, and the file system knows how not to store them. */
async function writeContent(
  { run, options, signal }: DownloadAttempt,
  { packing, path }: Unpacking,
  handle: FileHandle,
): Promise<Digest> {
  const total = (await stat(path)).size;
  const hash = createHash("sha256");
  let read = 0;
  let size = 0;
  const onRead = (count: number): void => {
    read += count;
    run.progress(`unpacking ${options.label}`, Math.min(Math.round(read), total), total);
  };
  for await (const piece of unpack(path, packing, { signal, onRead })) {
    signal.throwIfAborted();
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    hash.update(bytes);
    if (!isZero(bytes)) await writeAt(handle, bytes, size);
    size += bytes.length;
  }
  await handle.truncate(size);
  // Where restarts cannot be told apart, the stamp alone vouches for the file, so it has to be on the disk.
  if ((await bootId()) === undefined) await handle.datasync();
  return { algorithm: "sha256", hex: hash.digest("hex") };
}

/** A write to a disk that is nearly full may be a short one. */
async function writeAt(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

function explained(error: unknown, { packing, path, target }: Unpacking): BuildError | undefined {
  if (!(error instanceof UnpackError)) return diskError(error, dirname(target), ROOM_HINT);
  return new BuildError(`"${basename(path)}" cannot be unpacked: ${error.message}`, {
    cause: error,
    hint: `To use a file as it is, although its name ends in ".${packing.ending}", add ?archive=false to its address.`,
  });
}

const ROOM_HINT = "An unpacked image takes several times the room. PACKER_CACHE_DIR names another place for the cache.";

function wouldReplaceItself(target: string): BuildError {
  return new BuildError(`The image would be unpacked over the packed file, "${target}"`, {
    hint: "Name another place in iso_target_path (or target_path), or leave it out to use the cache.",
  });
}
