import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";

const MIB = 1024 * 1024;

/**
 * A disk image as installed systems are: 40 % zeros, 40 % program text (this Node binary, in changing pieces), 20 % data
 * that does not compress, in runs of one MiB in a fixed pseudo-random order. The same bytes each time on one machine.
 */
export async function makeMixedDisk(path: string, mebibytes: number): Promise<void> {
  const program = await readFile(process.execPath);
  const file = await open(path, "w");
  const zeros = Buffer.alloc(MIB);
  for (let index = 0; index < mebibytes; index++) {
    const dice = createHash("md5").update(`run ${index}`).digest().readUInt32LE(0) % 10;
    if (dice < 4) await file.write(zeros);
    else if (dice < 8) await file.write(programPiece(program, index));
    else await file.write(noise(index));
  }
  await file.close();
}

export async function makeNoise(path: string, mebibytes: number): Promise<void> {
  const file = await open(path, "w");
  for (let index = 0; index < mebibytes; index++) await file.write(noise(index));
  await file.close();
}

function programPiece(program: Buffer, index: number): Buffer {
  const start = (index * 7919 * 4096) % (program.length - MIB);
  return program.subarray(start, start + MIB);
}

/** SHAKE-256 of a number: as random as a compressed file, and the same each time. */
function noise(index: number): Buffer {
  return createHash("shake256", { outputLength: MIB }).update(`noise ${index}`).digest();
}
