import { createAtomicFile } from "./atomic-file.ts";
import { outputTarget, TRUNCATE, type OutputTarget } from "./output-target.ts";
import { writeThrough } from "./write-through.ts";

export interface UserFileOptions {
  /** Of a new file; one that is there keeps its own, and its owner where that is permitted. Default 0o644. */
  readonly mode?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives the file, device or pipe that a user named its content: a file complete or not at all, links followed to their
 * end. Rejects, and changes nothing, where it may not be written. Returns what was there.
 */
export async function writeUserFile(
  path: string,
  data: string | Uint8Array,
  options: UserFileOptions = {},
): Promise<OutputTarget> {
  const target = await outputTarget(path);
  if (target.kind === "through") await writeThrough(target, [Buffer.from(data)], options.signal);
  else await replace(target, data, options);
  return target;
}

type ReplaceTarget = Extract<OutputTarget, { kind: "replace" }>;

async function replace(target: ReplaceTarget, data: string | Uint8Array, options: UserFileOptions): Promise<void> {
  const { path, before } = target;
  const file = await createAtomicFile(path, { mode: options.mode });
  try {
    await file.handle.writeFile(data);
    if (before) {
      await file.handle.chown(Number(before.uid), Number(before.gid)).catch(() => {});
      await file.handle.chmod(Number(before.mode) & 0o7777);
    }
    await file.commit();
  } catch (error) {
    // A file that is a mount point, as containers have them, has its name for good.
    if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
    await writeThrough(
      { kind: "through", path, flags: TRUNCATE, isReadable: true },
      [Buffer.from(data)],
      options.signal,
    );
  } finally {
    await file.discard();
  }
}
