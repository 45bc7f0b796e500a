import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { ensureDirectory } from "../../lib/ensure-directory.ts";
import { syncDirectory, temporaryNameFor, writeFileAtomic } from "../../lib/atomic-file.ts";
import type { ByteSource } from "../../lib/byte-source.ts";
import { withLock } from "../../lib/file-lock.ts";
import { writeSource, type Written } from "../../lib/write-source.ts";
import { BuildError } from "../../sdk/error.ts";
import { apiProblem, sumFileOf } from "../installed/check-binary.ts";
import { describePlugin, type Description } from "../installed/description.ts";
import { pluginFileName, thisMachine } from "../installed/file-name.ts";

export interface PlaceOptions {
  /** Where all plugins are. */
  readonly directory: string;
  /** `github.com/acme/happycloud`. */
  readonly source: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Why the binary is not what was asked for, as a sentence. */
  readonly problemOf: (description: Description) => string | undefined;
}

export interface PlacedBinary {
  readonly path: string;
  /** `1.2.3`, `1.2.3-dev`. */
  readonly version: string;
  readonly sha256: string;
}

/** The binary is whole, and not what it should be: another release may be. */
export class UnfitBinary extends BuildError {}

/**
 * Puts a binary where plugins are, complete or not at all, with its sum beside it, after it was asked what it is. The
 * name of the file follows from what it says. Rejects with an `UnfitBinary` or another `BuildError`.
 */
export async function placeBinary(content: ByteSource, options: PlaceOptions): Promise<PlacedBinary> {
  const folder = join(options.directory, ...options.source.split("/"));
  try {
    await ensureDirectory(folder);
    const lock = join(folder, ".imgbuild.lock");
    return await withLock(lock, () => place(content, folder, options), { signal: options.signal });
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new BuildError(`The plugin cannot be put into ${folder}`, {
      cause: error,
      hint: "Make room or allow writing there, or name another folder with PACKER_PLUGIN_PATH.",
    });
  }
}

async function place(content: ByteSource, folder: string, options: PlaceOptions): Promise<PlacedBinary> {
  const { source, env, signal, problemOf } = options;
  const name = source.split("/").at(-1)!;
  const temporary = temporaryNameFor(join(folder, `packer-plugin-${name}`));
  try {
    const { sha256 } = await write(content, temporary, signal);
    const description = await describePlugin(temporary, { env, signal });
    if ("problem" in description) throw new UnfitBinary(description.problem);
    const problem = apiProblem(description.api) ?? problemOf(description);
    if (problem !== undefined) throw new UnfitBinary(problem);
    const [version] = description.version.split("+") as [string];
    const path = join(folder, pluginFileName({ name, version, api: description.api }, thisMachine));
    // A sum without its binary is nothing; a binary without its sum would be refused.
    await writeFileAtomic(sumFileOf(path), sha256);
    await rename(temporary, path);
    await syncDirectory(folder);
    return { path, version, sha256 };
  } finally {
    await rm(temporary, { force: true });
  }
}

/** A program that is open for writing cannot be run, so that it is closed when it is written. */
async function write(content: ByteSource, path: string, signal: AbortSignal): Promise<Written> {
  const handle = await open(path, "wx", 0o755);
  try {
    const written = await writeSource(handle, content, { signal });
    await handle.sync();
    return written;
  } finally {
    await handle.close();
  }
}
