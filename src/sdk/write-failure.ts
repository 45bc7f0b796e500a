import { lstat, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { describeBytes } from "../lib/bytes.ts";
import { endOfLinks } from "../lib/output-target.ts";
import { isSystemError } from "../lib/system-error.ts";
import { BuildError } from "./error.ts";

export interface WriteFailureOptions {
  readonly hint?: string | undefined;
  /** The path as the user should read it; default: as it is. */
  readonly shown?: string;
  /** Default: written. */
  readonly verb?: "written" | "made";
}

/** Why a file of the user could not be written, in words; a full disk with how much room there is. Never throws. */
export async function writeFailure(
  path: string,
  cause: unknown,
  { hint, shown = path, verb = "written" }: WriteFailureOptions = {},
): Promise<BuildError> {
  if (cause instanceof BuildError) return cause;
  const { code = "" } = cause as NodeJS.ErrnoException;
  if (FULL.has(code)) return diskFull(path, cause, { hint, shown });
  if (!isSystemError(cause)) return new BuildError(`${shown} could not be ${verb}.`, { cause });
  const { why, what } = await obstacle(path, code);
  if (why === undefined) return new BuildError(`${shown} could not be ${verb}.`, { cause });
  return new BuildError(`${shown} could not be ${verb}: ${why}.`, { hint: what });
}

/** No room, no quota, or more than a file may hold. */
const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

async function diskFull(path: string, cause: unknown, { hint, shown }: WriteFailureOptions): Promise<BuildError> {
  const room = await statfs(dirname(path)).catch(() => undefined);
  const free = room ? ` (${describeBytes(room.bavail * room.bsize)} free now)` : "";
  const text = `The disk is full: ${shown} could not be written${free}. No part of it was left behind.`;
  return new BuildError(text, { cause, hint });
}

interface Obstacle {
  readonly why?: string;
  /** What to do. */
  readonly what?: string;
}

/** What stands in the way now. */
async function obstacle(path: string, code: string): Promise<Obstacle> {
  const end = await endOfLinks(path).catch(() => undefined);
  if (end === undefined) return { why: "it is a link that leads back to itself", what: "Remove the link." };
  const nearest = await nearestThere(dirname(end.path));
  if (!nearest.isDirectory) {
    return { why: `"${nearest.path}" is a file; a directory is needed there`, what: ANOTHER_NAME };
  }
  const found = await stat(end.path).catch(() => undefined);
  if (found?.isDirectory() || code === "EISDIR") {
    return { why: "it is a directory, so no file can be written there", what: "Name a file, for example one in it." };
  }
  if (found?.isSocket()) return { why: "it is a socket, which is no file", what: "Name a file, a pipe or a device." };
  return reasons(found === undefined ? `the directory "${nearest.path}"` : "it", nearest.path)[code] ?? {};
}

const ANOTHER_NAME = "Move it away, or choose another name.";

const reasons = (what: string, directory: string): Readonly<Record<string, Obstacle>> => ({
  EACCES: { why: `this user may not write to ${what === "it" ? "it, or to its directory" : what}`, what: OTHER_PLACE },
  EPERM: { why: `the system does not permit to change ${what}`, what: OTHER_PLACE },
  EROFS: { why: `"${directory}" is on a file system that can only be read`, what: OTHER_PLACE },
  ENAMETOOLONG: { why: "the name is longer than the file system allows", what: "Choose a shorter name." },
  ENOENT: {
    why: `the directory "${directory}" is the last one there, so there is no such file or directory`,
    what: `Make the directory first.`,
  },
  EPIPE: { why: "what read it has gone", what: "Keep the other end of the pipe open until all is read." },
});

const OTHER_PLACE = "Choose another place, or have the permissions changed.";

async function nearestThere(path: string): Promise<{ readonly path: string; readonly isDirectory: boolean }> {
  for (let at = path; ; at = dirname(at)) {
    const stats = await stat(at).catch(() => lstat(at).catch(() => undefined));
    if (stats !== undefined) return { path: at, isDirectory: stats.isDirectory() };
    if (at === dirname(at)) return { path: at, isDirectory: true };
  }
}
