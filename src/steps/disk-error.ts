import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errorMessage } from "../lib/error-text.ts";
import { BuildError } from "../sdk/error.ts";

/** The disk of this host is the obstacle: full, read-only, not writable for us. */
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
  const known = reasons[codeOf(refusal)];
  const reason = known?.replace(/^it /, `${existing} `) ?? errorMessage(refusal);
  return new DiskError(`The directory ${directory} cannot be made: ${reason}`, { cause: error, hint });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
