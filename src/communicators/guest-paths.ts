import { randomBytes } from "node:crypto";
import { posix } from "node:path";

/** Directory part of a path in the guest; `.` for a bare name. */
export function guestDirname(path: string): string {
  return posix.dirname(path);
}

/** A hidden, unpredictable name that is recognisably ours. */
export function temporaryName(): string {
  return `.imgbuild-${randomBytes(9).toString("hex")}`;
}

export function joinGuestPath(directory: string, name: string): string {
  return directory.endsWith("/") ? `${directory}${name}` : `${directory}/${name}`;
}

/** For SFTP, which starts in the home directory, knows no `~` and on Windows too has slashes only. */
export function sftpPath(path: string): string {
  if (/^[a-z]:[/\\]/i.test(path)) return path.replaceAll("\\", "/");
  if (path === "~") return ".";
  return path.startsWith("~/") ? path.slice(2) : path;
}

/** As rsync: a source without a trailing slash is copied itself, one with it gives only its contents. */
export function directoryTarget(from: string, to: string, basename: (path: string) => string): string {
  return wantsContents(from, basename) ? to : joinGuestPath(to, basename(from.replace(/[/\\]+$/, "")));
}

/** Whether a copy of the directory `from` is one of what is in it, and not of itself. */
export function wantsContents(from: string, basename: (path: string) => string): boolean {
  const name = basename(from.replace(/[/\\]+$/, ""));
  return /[/\\]$/.test(from) || name === "." || name === ".." || name === "";
}
