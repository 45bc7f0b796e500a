import { access, constants, realpath, stat } from "node:fs/promises";
import { createAtomicFile } from "../../../lib/atomic-file.ts";

/**
 * Gives a file new content, complete or not at all, and keeps its mode and (where permitted) its owner. A link keeps
 * pointing where it does. Rejects, and changes nothing, when the file may not be written.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const target = await realpath(path);
  await access(target, constants.W_OK);
  const { mode, uid, gid } = await stat(target);
  const file = await createAtomicFile(target);
  try {
    await file.handle.writeFile(text);
    await file.handle.chown(uid, gid).catch(() => {});
    await file.handle.chmod(mode & 0o7777);
    await file.commit();
  } finally {
    await file.discard();
  }
}
