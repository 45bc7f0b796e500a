import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";

/** A file to be put into an image. */
export interface TreeFile {
  readonly kind: "file";
  readonly name: string;
  readonly size: number;
  readonly modified: Date;
  readonly executable: boolean;
  /** Bytes, or the path to read them from. */
  readonly content: Uint8Array | string;
}

export interface TreeDirectory {
  readonly kind: "directory";
  readonly name: string;
  readonly modified: Date;
  /** Sorted by name once the tree is complete. */
  readonly children: (TreeFile | TreeDirectory)[];
}

/** What goes into an image: where, and what. */
export interface PlacedFile {
  /** With slashes, relative to the root: `drivers/net.inf`. */
  readonly path: string;
  readonly size: number;
  readonly modified: Date;
  readonly executable: boolean;
  readonly content: Uint8Array | string;
}

/** Two files want the same place in an image. */
export class TreeConflictError extends Error {
  override readonly name = "TreeConflictError";
}

/**
 * Arranges files in directories, sorted by name so that equal input makes equal images. `fold` maps names that the file
 * system cannot distinguish to the same text. Empty directories are given as paths with a trailing slash and no
 * content.
 */
export function buildTree(files: readonly PlacedFile[], modified: Date, fold: (name: string) => string): TreeDirectory {
  const root: TreeDirectory = { kind: "directory", name: "", modified, children: [] };
  const taken = new Map<string, TreeDirectory | TreeFile>();
  for (const file of files) place(root, file, taken, fold);
  sort(root);
  return root;
}

function place(
  root: TreeDirectory,
  file: PlacedFile,
  taken: Map<string, TreeDirectory | TreeFile>,
  fold: (name: string) => string,
): void {
  const parts = file.path.split("/").filter((part) => part !== "" && part !== ".");
  const isDirectory = file.path.endsWith("/");
  let directory = root;
  let key = "";
  for (const [index, name] of parts.entries()) {
    key += `/${fold(name)}`;
    const there = taken.get(key);
    const isLast = index === parts.length - 1;
    if (isLast && !isDirectory) {
      if (there)
        throw new TreeConflictError(`"${file.path}" would be there twice (upper and lower case may not be told apart)`);
      const { size, modified, executable, content } = file;
      taken.set(key, add(directory, { kind: "file", name, size, modified, executable, content }));
    } else {
      if (there?.kind === "file") throw new TreeConflictError(`"${file.path}" needs a directory where a file is`);
      const next = there ?? add(directory, { kind: "directory" as const, name, modified: file.modified, children: [] });
      taken.set(key, next);
      directory = next;
    }
  }
}

function add<Entry extends TreeFile | TreeDirectory>(directory: TreeDirectory, entry: Entry): Entry {
  directory.children.push(entry);
  return entry;
}

function sort(directory: TreeDirectory): void {
  directory.children.sort((a, b) => Number(a.name > b.name) - Number(a.name < b.name));
  for (const child of directory.children) if (child.kind === "directory") sort(child);
}

/** The bytes of a file in pieces. */
export function readContent(content: Uint8Array | string): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (typeof content !== "string") return [content];
  return createReadStream(content, { highWaterMark: 1024 * 1024 }) as Readable as AsyncIterable<Uint8Array>;
}
