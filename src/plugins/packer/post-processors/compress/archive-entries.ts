import { dirname, isAbsolute, relative, sep } from "node:path";
import { fileEntry, type ArchiveEntry } from "../../../../lib/archive/entry.ts";
import type { Artifact } from "../../../../sdk/artifact.ts";
import { BuildError } from "../../../../sdk/error.ts";
import type { Run } from "../../../../sdk/run.ts";

/**
 * The files of an artifact as archive entries in a fixed order. Inside the working directory a file keeps its path from
 * there; elsewhere its path from the directory all files share. A missing or unreadable file is refused at once.
 */
export async function archiveEntries(run: Run, artifact: Artifact, signal: AbortSignal): Promise<ArchiveEntry[]> {
  const base = artifact.files.every((file) => isInside(file, run.directories.work))
    ? run.directories.work
    : commonDirectory(artifact.files);
  const files = [...artifact.files].sort();
  return Promise.all(files.map((file) => openEntry(file, relative(base, file).split(sep).join("/"), signal)));
}

async function openEntry(path: string, name: string, signal: AbortSignal): Promise<ArchiveEntry> {
  try {
    return await fileEntry(path, name, signal);
  } catch (cause) {
    throw new BuildError(`The file ${path} of the artifact cannot be read.`, { cause });
  }
}

function isInside(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way !== "" && !way.startsWith("..") && !isAbsolute(way);
}

function commonDirectory(files: readonly string[]): string {
  const parts = files.map((file) => dirname(file).split(sep));
  const shared = parts[0]!.findIndex((part, index) => parts.some((other) => other[index] !== part));
  return parts[0]!.slice(0, shared === -1 ? undefined : shared).join(sep) || sep;
}
