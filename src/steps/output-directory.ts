import { readdir, readFile, rm, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { shownPath } from "./shown-path.ts";
import { BuildError } from "../sdk/error.ts";
import { createOwnedDirectory, MARKER_FILE, removeOwnedDirectory } from "../sdk/owned-directory.ts";
import type { Run } from "../sdk/run.ts";

export interface OutputDirectory {
  /** Absolute. */
  readonly path: string;
  /** As the user should read it: from the working directory, where it is inside. */
  readonly shown: string;
  /** Absolute paths of everything in it, sorted: what the artifact consists of. */
  files(): Promise<readonly string[]>;
}

/**
 * Makes the directory for a build's results. It is removed again unless the build succeeds. One that exists already is an
 * error, unless the user said `-force` or an earlier run left it empty.
 */
export async function outputDirectory(
  run: Run,
  options: { readonly path?: string | undefined } = {},
): Promise<OutputDirectory> {
  const path = outputPath(run, options.path);
  return run.step("prepare output directory", async (step) => {
    await prepareDirectory(run, path);
    const owned = await createOwnedDirectory(run, step, path);
    step.onCleanup(`keeping ${shownPath(run, path)}`, () => owned.keep(), "succeeded");
    return { path, shown: shownPath(run, path), files: () => filesIn(path) };
  });
}

/** Where a build's artifact goes; `output-NAME` unless the template says otherwise. */
export function outputPath(run: Pick<Run, "directories" | "build">, path: string | undefined): string {
  return resolve(run.directories.work, path || `output-${run.build.sourceName}`);
}

async function prepareDirectory(run: Run, path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (!there) return;
  const marker = await readFile(join(path, MARKER_FILE), "utf8").catch(() => undefined);
  if (run.options.force) {
    refuseToRemove(run, path);
    run.say(`Removing ${path}, which exists already (-force)...`);
    await rm(path, { recursive: true });
  } else if (marker !== undefined && (await readdir(path)).length === 1) {
    run.say(`Removing ${path}, which an earlier run left empty...`);
    await removeOwnedDirectory(path, marker.trim());
  } else {
    throw existsAlready(path, marker);
  }
}

/** Even with `-force`: never the directory somebody works in, nor one around it. */
function refuseToRemove(run: Run, path: string): void {
  const { work, template } = run.directories;
  const inside = [work, template, run.host.cwd, run.host.homeDir].find((kept) => isWithin(kept, path));
  if (inside === undefined) return;
  throw new BuildError(`The output directory "${path}" cannot be made anew: ${inside} is in it, or is it`, {
    hint: "-force would remove all of that. Set output_directory to a directory that holds nothing else.",
  });
}

function isWithin(path: string, directory: string): boolean {
  const inner = relative(directory, path);
  return inner !== ".." && !inner.startsWith(`..${sep}`) && !isAbsolute(inner);
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
