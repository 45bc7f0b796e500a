import { stat } from "node:fs/promises";
import { basename, join, resolve, sep } from "node:path";
import { glob } from "tinyglobby";
import type { PlacedFile } from "../lib/file-tree.ts";
import { BuildError } from "../sdk/error.ts";

export interface MediaFiles {
  /** Paths and globs; a directory comes with all it holds, under its own name or, with a trailing slash, without it. */
  readonly patterns: readonly string[];
  /** Path in the image → text. */
  readonly content: Readonly<Record<string, string>>;
  readonly work: string;
  /** The time given to `content`. */
  readonly now: Date;
}

/** What goes on a floppy disk or CD, from files, globs and texts. Links are followed. */
export async function collectMediaFiles({ patterns, content, work, now }: MediaFiles): Promise<readonly PlacedFile[]> {
  const collected = await Promise.all(patterns.map((pattern) => filesOf(pattern, work)));
  const texts = Object.entries(content).map(([path, text]) => contentFile(path, text, now));
  return [...collected.flat(), ...texts];
}

function contentFile(path: string, text: string, modified: Date): PlacedFile {
  if (path.split("/").includes("..")) throw new BuildError(`"${path}" cannot be a place on a disc: it leads out of it`);
  const content = Buffer.from(text, "utf8");
  return { path: path.replace(/^\/+/, ""), size: content.length, modified, executable: false, content };
}

async function filesOf(pattern: string, work: string): Promise<readonly PlacedFile[]> {
  const matches = await expand(pattern, work);
  if (matches.length === 0 && !isPattern(pattern))
    throw new BuildError(`No file matches "${pattern}"`, { hint: `It was looked for from ${work}.` });
  const contentsOnly = /[/\\]$/.test(pattern);
  const placed = await Promise.all(matches.map((path) => placedFrom(path, contentsOnly)));
  return placed.flat();
}

/** Whether a name stands for what there is, which may be nothing. The characters are Packer's. */
export function isPattern(name: string): boolean {
  return /[*?[]/.test(name);
}

/** The path itself if there is such a file, else what the glob matches. Absolute paths. */
export async function expand(pattern: string, work: string): Promise<readonly string[]> {
  const literal = resolve(work, pattern);
  if (await stat(literal).catch(() => undefined)) return [literal];
  const posix = pattern.replaceAll(sep, "/");
  const matches = await glob(posix.replace(/\/$/, ""), {
    cwd: work,
    dot: true,
    onlyFiles: false,
    expandDirectories: false,
    absolute: true,
  });
  return matches.map((path) => path.replace(/[/\\]$/, "")).sort();
}

async function placedFrom(path: string, contentsOnly: boolean): Promise<readonly PlacedFile[]> {
  const stats = await stat(path);
  if (!stats.isDirectory()) return [await placedFile(path, basename(path))];
  const inside = await glob("**", {
    cwd: path,
    dot: true,
    onlyFiles: false,
    expandDirectories: false,
    followSymbolicLinks: true,
  });
  const entries = inside.filter((entry) => entry !== "" && entry !== "./").sort();
  const prefix = contentsOnly ? "" : `${basename(path)}/`;
  const placed = entries.map((entry) => placedFile(join(path, entry), prefix + entry.replaceAll(sep, "/")));
  const files = await Promise.all(placed);
  return contentsOnly ? files : [placedDirectory(prefix, stats.mtime), ...files];
}

async function placedFile(path: string, place: string): Promise<PlacedFile> {
  const { size, mtime: modified, mode } = await stat(path);
  if (place.endsWith("/")) return placedDirectory(place, modified);
  return { path: place, size, modified, executable: (mode & 0o111) !== 0, content: path };
}

function placedDirectory(path: string, modified: Date): PlacedFile {
  return { path, size: 0, modified, executable: false, content: new Uint8Array() };
}
