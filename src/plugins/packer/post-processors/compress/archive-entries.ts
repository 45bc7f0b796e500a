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
  const base = baseDirectory(artifact.files, run.directories.work);
  const files = [...artifact.files].sort();
  return Promise.all(files.map((file) => openEntry(file, relative(base, file).replaceAll(sep, "/"), signal)));
}

function baseDirectory(files: readonly string[], work: string): string {
  if (files.every((file) => isInside(file, work))) return work;
  return commonDirectory(files);
}

async function openEntry(path: string, name: string, signal: AbortSignal): Promise<ArchiveEntry> {
  try {
    return await fileEntry(path, name, signal);
  } catch (cause) {
    throw new BuildError(`The file ${path} of the artifact cannot be read.`, { cause });
  }
}

function isInside(path: string, directory: string): boolean {
  const inner = relative(directory, path);
  return inner !== "" && !inner.startsWith("..") && !isAbsolute(inner);
}

function commonDirectory(files: readonly string[]): string {
  const [first = [], ...others] = files.map((file) => dirname(file).split(sep));
  const end = first.findIndex((part, index) => others.some((other) => other[index] !== part));
  const shared = end === -1 ? first : first.slice(0, end);
  return shared.join(sep) || sep;
}
