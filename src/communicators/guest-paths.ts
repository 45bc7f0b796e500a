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
  const name = basename(from.replace(/[/\\]+$/, ""));
  const wantsContents = /[/\\]$/.test(from) || name === "." || name === ".." || name === "";
  return wantsContents ? to : joinGuestPath(to, name);
}
