import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { describeBytes } from "../lib/bytes.ts";
import { BuildError } from "./error.ts";

/** Why a file of the user could not be written, in words; a full disk with how much room there is. Never throws. */
export async function writeFailure(
  path: string,
  cause: unknown,
  { hint }: { readonly hint?: string } = {},
): Promise<BuildError> {
  if (cause instanceof BuildError) return cause;
  if (!FULL.has((cause as NodeJS.ErrnoException).code ?? "")) {
    return new BuildError(`${path} could not be written.`, { cause });
  }
  const room = await statfs(dirname(path)).catch(() => undefined);
  const free = room ? ` (${describeBytes(room.bavail * room.bsize)} free now)` : "";
  const text = `The disk is full: ${path} could not be written${free}. No part of it was left behind.`;
  return new BuildError(text, { cause, hint });
}

/** No room, no quota, or more than a file may hold. */
const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
