import { lstat, readdir, readFile, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isWithin, realPathOf } from "../lib/same-place.ts";
import { parseSource } from "./download/place.ts";
import { expand } from "./media-files.ts";
import { shownPath } from "./shown-path.ts";
import { BuildError } from "../sdk/error.ts";
import { createOwnedDirectory, MARKER_FILE, removeOwnedDirectory } from "../owned/owned-directory.ts";
import { exists } from "../owned/owned-path.ts";
import type { BuildInput, Run } from "../sdk/run.ts";

export interface OutputDirectory {
  /** Absolute. */
  readonly path: string;
  /** As the user should read it: from the working directory, where it is inside. */
  readonly shown: string;
  /** Absolute paths of everything in it, sorted: what the artifact consists of. */
  files(): Promise<readonly string[]>;
}

export interface OutputDirectoryOptions {
  readonly path?: string | undefined;
  /** How the names of the machine's files begin: its programs may write them even after the run has died. */
  readonly ownNames?: readonly string[];
}

/**
 * Makes the directory for a build's results. It is removed again unless the build succeeds. One that exists already is an
 * error, unless the user said `-force` or an earlier run left it empty.
 */
export async function outputDirectory(run: Run, options: OutputDirectoryOptions = {}): Promise<OutputDirectory> {
  const named = outputPath(run, options.path);
  return run.step("prepare output directory", async (step) => {
    // A link stays what it is, wherever it leads.
    const path = (await isLink(named)) ? await realPathOf(named) : named;
    await prepareDirectory(run, path);
    const owned = await createOwnedDirectory(run, step, path, { ownNames: options.ownNames });
    step.onCleanup(`keeping ${shownPath(run, path)}`, () => owned.keep(), "succeeded");
    return { path, shown: shownPath(run, path), files: () => filesIn(path) };
  });
}

async function isLink(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isSymbolicLink() === true;
}

/** Where a build's artifact goes; `output-NAME` unless the template says otherwise. */
export function outputPath(run: Pick<Run, "directories" | "build">, path: string | undefined): string {
  return resolve(run.directories.work, path || `output-${run.build.sourceName}`);
}

async function prepareDirectory(run: Run, path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (!there) return;
  if (!there.isDirectory()) throw notADirectory(path);
  const marker = await readFile(join(path, MARKER_FILE), "utf8").catch(() => undefined);
  if (run.options.force) {
    await refuseToRemove(run, path);
    run.say(`Removing ${path}, which exists already (-force)...`);
    await rm(path, { recursive: true }).catch((cause: unknown) => {
      throw new BuildError(`The output directory "${path}" cannot be removed`, { cause });
    });
  } else if (marker !== undefined && (await readdir(path)).length === 1) {
    run.say(`Removing ${path}, which an earlier run left empty...`);
    await removeOwnedDirectory(path, marker.trim());
  } else {
    throw existsAlready(path, marker);
  }
}

function notADirectory(path: string): BuildError {
  return new BuildError(`"${path}" is a file; the output directory cannot be made there`, {
    hint: "Move it away, or set output_directory to another name. Not even -force removes it.",
  });
}

/** Even with `-force`: never the directory somebody works in, nor one around it, nor what the build reads. */
async function refuseToRemove(run: Run, path: string): Promise<void> {
  const { work, template, cache, temp } = run.directories;
  for (const kept of [work, template, run.host.cwd, run.host.homeDir, cache, temp]) {
    if (!(await isWithin(kept, path))) continue;
    throw new BuildError(`The output directory "${path}" cannot be made anew: ${kept} is in it, or is it`, {
      hint: "-force would remove all of that. Set output_directory to a directory that holds nothing else.",
    });
  }
  for (const input of run.inputs()) {
    const inside = await inputWithin(input, path, work);
    if (inside === undefined) continue;
    throw new BuildError(`The output directory "${path}" cannot be made anew: the build reads ${inside} in it`, {
      hint: `"${input.argument}" names it, and -force would remove it. Set output_directory to another directory, or move the file.`,
    });
  }
}

/** The file or directory that an input names, where it is in `directory`. */
async function inputWithin({ text }: BuildInput, directory: string, work: string): Promise<string | undefined> {
  const named = localPathOf(text, work);
  if (named === undefined) return undefined;
  const matches = await expand(text, work).catch(() => []);
  for (const path of [named, ...matches.map((match) => resolve(work, match))]) {
    if ((await exists(path)) && (await isWithin(path, directory))) return path;
  }
  return undefined;
}

function localPathOf(text: string, work: string): string | undefined {
  try {
    const source = parseSource(text, work);
    return source.kind === "local" ? source.path : undefined;
  } catch {
    return resolve(work, text);
  }
}

function existsAlready(path: string, marker: string | undefined): BuildError {
  const remove = "To replace it:\n    imgbuild build -force …";
  if (!marker)
    return new BuildError(`The output directory "${path}" exists already`, {
      hint: `Its files were not touched. ${remove}`,
    });
  return new BuildError(`The output directory "${path}" belongs to the unfinished run ${marker.trim()}`, {
    hint: `If that run is not going on, remove what it left:\n    imgbuild cleanup -run ${marker.trim()}`,
  });
}

async function filesIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter(
    (entry) => !entry.isDirectory() && !(entry.name === MARKER_FILE && entry.parentPath === directory),
  );
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}
