import { stat } from "node:fs/promises";
import { isSamePlace } from "../lib/same-place.ts";
import { BuildError } from "../sdk/error.ts";
import type { ByteSource } from "../lib/byte-source.ts";
import { writeSource } from "../lib/write-source.ts";
import { createOwnedFile } from "./owned-file.ts";
import type { FileDigest } from "../sdk/file-digest.ts";
import type { Run, Step } from "../sdk/run.ts";
import { writeFailure } from "../sdk/write-failure.ts";

/**
 * Writes a file made from an artifact: its directory is made, a full disk at any byte (the close included) is an error that
 * says how much room there is, and under the final name there is the whole file or nothing. The disk may still be writing
 * it: nothing that an artifact was made from is removed before it is flushed.
 */
export async function writeOutputFile(run: Run, step: Step, path: string, source: ByteSource): Promise<FileDigest> {
  try {
    const file = await createOwnedFile(run, step, path, { flush: false });
    const { size, sha256 } = await writeSource(file.handle, source, { signal: step.signal });
    await file.keep();
    run.debug("file", `wrote ${path}`, { size, sha256 });
    return { size, sha256, mtimeMs: (await stat(path)).mtimeMs };
  } catch (cause) {
    step.signal.throwIfAborted();
    throw await writeFailure(path, cause, {
      hint: "The input is untouched. Make room and run the post-processors again:\n    imgbuild post-process RUN TEMPLATE",
    });
  }
}

/** An output that is one of the files it is made from, by whatever name, would be the end of that file. */
export async function refuseInputAsOutput(path: string, inputs: readonly string[]): Promise<void> {
  for (const input of inputs) {
    if (!(await isSamePlace(input, path))) continue;
    throw new BuildError(`The output ${path} is the file ${input} of the artifact itself`, {
      hint: "It would be replaced while it is read. Choose another name with output.",
    });
  }
}
