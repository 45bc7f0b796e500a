import { open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { randomUuid } from "../lib/random-uuid.ts";
import { copyThrough, type ThroughTarget } from "../lib/write-through.ts";
import type { OwnedFile } from "./file-being-written.ts";

/**
 * What goes to a device or a pipe: gathered in `directory` (of the run, private), passed on whole by `commit`. A build
 * that fails before sends nothing.
 */
export async function spoolFile(target: ThroughTarget, directory: string, signal: AbortSignal): Promise<OwnedFile> {
  const temporaryPath = join(directory, `output-${randomUuid()}`);
  const handle = await open(temporaryPath, "wx", 0o600);
  let isOpen = true;
  const discard = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await handle.close().catch(() => {});
    await unlink(temporaryPath).catch(() => {});
  };
  const commit = async (): Promise<void> => {
    if (!isOpen) return;
    try {
      await copyThrough(temporaryPath, target, signal);
    } finally {
      await discard();
    }
  };
  return { handle, temporaryPath, takesPlace: true, commit, keep: commit, discard };
}
