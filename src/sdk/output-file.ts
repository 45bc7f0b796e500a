import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { ByteSource } from "../lib/compress/blocks.ts";
import { describeBytes } from "../lib/bytes.ts";
import { writeSource } from "../lib/write-source.ts";
import { BuildError } from "./error.ts";
import { createOwnedFile } from "./owned-file.ts";
import type { Run, Step } from "./run.ts";

/**
 * Writes a file the user asked for: its directory is made, a full disk at any byte (the last flush and the close
 * included) is an error that says how much room there is, and under the final name there is the whole file or nothing.
 */
export async function writeOutputFile(run: Run, step: Step, path: string, source: ByteSource): Promise<number> {
  try {
    const file = await createOwnedFile(run, step, path);
    const size = await writeSource(file.handle, source, { signal: step.signal });
    await file.keep();
    run.debug("file", `wrote ${path}`, { size });
    return size;
  } catch (cause) {
    step.signal.throwIfAborted();
    throw (await diskFull(path, cause)) ?? explained(path, cause);
  }
}

function explained(path: string, cause: unknown): BuildError {
  return cause instanceof BuildError ? cause : new BuildError(`${path} could not be written.`, { cause });
}

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

async function diskFull(path: string, cause: unknown): Promise<BuildError | undefined> {
  if (!FULL.has((cause as NodeJS.ErrnoException).code ?? "")) return undefined;
  const room = await statfs(dirname(path)).catch(() => undefined);
  const free = room ? ` (${describeBytes(room.bavail * room.bsize)} free now)` : "";
  return new BuildError(`The disk is full: ${path} could not be written${free}. No part of it was left behind.`, {
    cause,
    hint: "The input is untouched. Make room and run the post-processors again:\n    imgbuild post-process RUN TEMPLATE",
  });
}
