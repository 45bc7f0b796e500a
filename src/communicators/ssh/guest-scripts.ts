import { onStop } from "../../lib/on-stop.ts";
import { shellQuote, shellQuotePath } from "../../lib/shell-quote.ts";
import { guestDirname, joinGuestPath } from "../guest-paths.ts";

/** Exit codes of the scripts below that the caller turns into words. */
export const scriptFailures: Readonly<Record<number, string>> = {
  91: "there is a directory of that name",
  92: "the directory it should go to does not exist",
  93: "it arrived incomplete",
  95: "it is a directory",
  94: "it belongs to somebody else, so its mode could not be set, and others could read it",
};

export interface ReceiveFile {
  readonly path: string;
  /** Final mode. */
  readonly mode: number;
  /** Checked before the file gets its name; where it is unknown, call `settleFile` afterwards. */
  readonly size: number | undefined;
  readonly temporary: string;
  /** Reads standard input into "$t". */
  readonly receiver?: string;
}

/**
 * Takes a file from standard input: into a temporary name beside the target, then checked, then renamed. A target that is
 * a link or a device, or stands in a directory the user may not write, is written through instead of replaced: `w` is set
 * where no file could be made beside it.
 */
export function receiveFile({ path, mode, size, temporary, receiver = 'cat >"$t"' }: ReceiveFile): string {
  return [
    ...locate(path, temporary),
    `m=$(umask); umask 077`,
    // A cancelled copy leaves nothing behind.
    onStop('rm -f "$t"'),
    `w=; : >"$t" 2>/dev/null || { w=1; t="\${TMPDIR:-/tmp}"/${temporary}; }`,
    `${receiver} || { s=$?; rm -f "$t"; exit $s; }`,
    ...(size === undefined ? [] : settle(mode, size)),
  ].join("\n");
}

/** Second half of `receiveFile` once the size is known. */
export function settleFile({ path, mode, temporary }: ReceiveFile, size: number): string {
  const found = `w=; [ -e "$t" ] || { w=1; t="\${TMPDIR:-/tmp}"/${temporary}; }`;
  return [...locate(path, temporary), found, `m=$(umask)`, ...settle(mode, size)].join("\n");
}

function locate(path: string, temporary: string): readonly string[] {
  const directory = guestDirname(path);
  return [
    `p=${shellQuotePath(path)}; d=${shellQuotePath(directory)}; t=${shellQuotePath(joinGuestPath(directory, temporary))}`,
    `case $p in -*) p=./$p;; esac`,
    `[ ! -d "$p" ] || exit 91`,
    `[ -d "$d" ] || exit 92`,
  ];
}

function settle(mode: number, size: number): readonly string[] {
  return [
    `[ $(wc -c <"$t") -eq ${size} ] || { rm -f "$t"; exit 93; }`,
    `if [ -L "$p" ] || { [ -e "$p" ] && [ ! -f "$p" ]; } || [ -n "$w" ]; then`,
    ...writeThrough(mode),
    `fi`,
    `chmod ${octal(mode)} "$t"`,
    `umask "$m"`,
    `mv -f "$t" "$p" || { s=$?; rm -f "$t"; exit $s; }`,
  ];
}

/** A file gets its mode before its content. Somebody else's keeps the one it has, unless that would show a secret. */
function writeThrough(mode: number): readonly string[] {
  const isSecret = (mode & 0o077) === 0;
  const otherwise = isSecret ? `{ rm -f "$t"; exit 94; }` : ":";
  return [
    `[ -e "$p" ] || : >"$p" || { s=$?; rm -f "$t"; exit $s; }`,
    // The final mode may forbid its owner to write.
    `if [ -f "$p" ]; then chmod ${octal(mode | 0o200)} "$p" 2>/dev/null || ${otherwise}; fi`,
    `cat "$t" >"$p"; s=$?; rm -f "$t"`,
    `if [ -f "$p" ]; then chmod ${octal(mode)} "$p" 2>/dev/null; fi`,
    `exit $s`,
  ];
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

/** The last entry of a tar stream; a stream that was cut has none. */
export const COMPLETE_MARK = ".imgbuild-complete";

/**
 * Takes a directory as a tar stream from standard input: unpacked aside, moved into place when all of it has arrived.
 * What is in the target already stays, except for files of the same name.
 */
export function receiveTree(to: string, temporary: string): string {
  return [
    `d=${shellQuotePath(to)}; t=${shellQuotePath(joinGuestPath(to, temporary))}`,
    onStop('rm -rf "$t"'),
    `mkdir -p "$d" && mkdir "$t" || exit 92`,
    `tar -xof - -C "$t" || { s=$?; rm -rf "$t"; exit $s; }`,
    `[ -e "$t/${COMPLETE_MARK}" ] || { rm -rf "$t"; exit 93; }`,
    `rm -f "$t/${COMPLETE_MARK}"; cd "$t" || exit 92; s=0`,
    // One mv for many names: a process for each would take longer than the copy.
    `set --; for f in * .[!.]* ..?*; do`,
    `[ -e "$f" ] || [ -L "$f" ] || continue`,
    `if [ -d "./$f" ] && [ -d "../$f" ]; then cp -Rp "./$f" ../ || s=$?; else set -- "$@" "./$f"; fi`,
    `[ $# -lt 200 ] || { mv -f "$@" ../ || s=$?; set --; }`,
    `done`,
    `[ $# -eq 0 ] || mv -f "$@" ../ || s=$?`,
    `cd ..; rm -rf "$t"; exit $s`,
  ].join("\n");
}

/** Sends a directory, or its contents, as a tar stream. */
export function sendTree(from: string): string {
  const path = from.replace(/\/+$/, "");
  const wantsContents = from.endsWith("/") || path.endsWith("/.") || path === "." || path === "";
  if (wantsContents) return tarOf(path || "/", ".");
  return tarOf(guestDirname(path), `./${path.slice(path.lastIndexOf("/") + 1)}`);
}

function tarOf(directory: string, name: string): string {
  return `cd ${shellQuotePath(directory)} && exec tar -cf - ${shellQuote(name)}`;
}

export function sendFile(path: string): string {
  return `p=${shellQuotePath(path)}; case $p in -*) p=./$p;; esac; [ ! -d "$p" ] || exit 95; exec cat "$p"`;
}
