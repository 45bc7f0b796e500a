import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { BuildError } from "../sdk/error.ts";

/** Our own disk is in the way: full, read-only, not ours to write on. */
export class DiskError extends BuildError {}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "your disk quota is used up",
  EROFS: "it is read-only",
  EACCES: "it may not be written to",
  EIO: "the disk has a fault",
};

/** The failure in words, if it is the disk's; `undefined` for any other. */
export function diskError(error: unknown, directory: string, hint?: string): DiskError | undefined {
  const reason = reasons[codeOf(error)];
  if (reason === undefined) return undefined;
  return new DiskError(`Nothing more can be written to ${directory}: ${reason}`, { cause: error, hint });
}

/** Why a directory could not be made: the system's own answer is often only that it is not there. */
export async function directoryError(error: unknown, directory: string, hint?: string): Promise<DiskError> {
  let existing = directory;
  while (existing !== dirname(existing) && !(await stat(existing).catch(() => undefined))) existing = dirname(existing);
  const refusal: unknown = await access(existing, constants.W_OK).then(
    () => error,
    (reason: unknown) => reason,
  );
  const reason =
    reasons[codeOf(refusal)]?.replace(/^it /, `${existing} `) ??
    (refusal instanceof Error ? refusal.message : String(refusal));
  return new DiskError(`The directory ${directory} cannot be made: ${reason}`, { cause: error, hint });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
