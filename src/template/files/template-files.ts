import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, normalize, relative, resolve, sep } from "node:path";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceFile } from "../../language/source.ts";
import { noTemplates, readFailure } from "../messages/files.ts";
import { isErrnoException } from "./errno.ts";

/** What the path that the user gave refers to. */
export interface TemplatePath {
  readonly isDirectory: boolean;
  /** Absolute. */
  readonly directory: string;
  /** The same as it was given (`path.root`): relative to the current directory unless the path is absolute. */
  readonly root: string;
  /** Absolute paths of the template's files. */
  readonly files: readonly string[];
  /** What stands in their place: the text from standard input. */
  readonly given?: SourceFile | undefined;
  /**
   * Absolute paths of `*.auto.pkrvars.hcl`, then `.json`, in the order they are read. They are read for a directory
   * only.
   */
  readonly autoVariableFiles: readonly string[];
  /** Such files beside a single template file: not read, but worth a hint when a value is missing. */
  readonly ignoredVariableFiles: readonly string[];
}

/** Lists directories; reads no file. */
export async function findTemplateFiles(path: string, cwd: string): Promise<TemplatePath | Diagnostic> {
  const absolute = resolve(cwd, path);
  try {
    const info = await stat(absolute);
    if (info.isDirectory()) return await findInDirectory(path, absolute);
    const directory = dirname(absolute);
    const beside = await readdir(directory).catch(() => []);
    return {
      isDirectory: false,
      directory,
      root: dirname(normalize(path)),
      files: [absolute],
      autoVariableFiles: [],
      ignoredVariableFiles: autoVariableFiles(beside, directory),
    };
  } catch (failure) {
    if (!isErrnoException(failure)) throw failure;
    const hint = failure.code === "ENOENT" ? await suggestion(absolute, path) : "";
    return readFailure("template", path, failure, hint);
  }
}

async function findInDirectory(path: string, directory: string): Promise<TemplatePath | Diagnostic> {
  const names = (await readdir(directory)).sort();
  const ending = (suffix: string) => names.filter((name) => name.endsWith(suffix)).map((name) => join(directory, name));
  const files = [...ending(".pkr.hcl"), ...ending(".pkr.json")];
  if (files.length === 0) return noTemplates(path, names);
  return {
    isDirectory: true,
    directory,
    root: path,
    files,
    autoVariableFiles: autoVariableFiles(names, directory),
    ignoredVariableFiles: [],
  };
}

function autoVariableFiles(names: readonly string[], directory: string): readonly string[] {
  const ending = (suffix: string) => [...names].filter((name) => name.endsWith(suffix)).sort();
  return [...ending(".auto.pkrvars.hcl"), ...ending(".auto.pkrvars.json")].map((name) => join(directory, name));
}

/** A file with a similar name in the same directory. */
async function suggestion(absolute: string, path: string): Promise<string> {
  const { nearest } = await import("../../lib/did-you-mean.ts");
  const names = await readdir(dirname(absolute)).catch(() => []);
  const near = nearest(basename(absolute), names);
  if (near === undefined) return "";
  return ` Did you mean ${join(dirname(path), near)}?`;
}

/** A path as the user should see it: relative to where they are, unless that leads far away. */
export function displayPath(absolute: string, cwd: string): string {
  const path = relative(cwd, absolute);
  const isFar = path.startsWith(["..", "..", ".."].join(sep));
  return path === "" || isFar ? absolute : path;
}
