import { access, constants, readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { nearest } from "../lib/did-you-mean.ts";
import { error } from "./schema/rules.ts";
import type { ConfigIssue } from "./schema/schema.ts";

export interface MissingFilesOptions {
  /** A directory will do as well. */
  readonly directories?: boolean;
  /** They belong to the machine that builds rather than to the template: see `ConfigIssue.ofHost`. */
  readonly ofHost?: boolean;
}

/** For `checkFiles`: those of the named files (argument path, file) that cannot be read, each as an error at its argument. */
export async function missingFiles(
  files: readonly (readonly [ConfigIssue["path"], string])[],
  work: string,
  options: MissingFilesOptions = {},
): Promise<readonly ConfigIssue[]> {
  const issues = await Promise.all(files.map(([path, file]) => missingFile(path, { file, work }, options)));
  return issues.flat();
}

interface NamedFile {
  /** As the template names it. */
  readonly file: string;
  readonly work: string;
}

async function missingFile(
  path: ConfigIssue["path"],
  named: NamedFile,
  { directories = false, ofHost = false }: MissingFilesOptions,
): Promise<readonly ConfigIssue[]> {
  const problem = await problemWith(named, directories);
  return problem ? [{ ...problem, path, ofHost }] : [];
}

type Problem = Omit<ConfigIssue, "path" | "ofHost">;

async function problemWith({ file, work }: NamedFile, directories: boolean): Promise<Problem | undefined> {
  const place = resolve(work, file);
  const stats = await stat(place).catch(() => undefined);
  if (!stats) return notThere({ file, work });
  if (stats.isDirectory()) {
    if (directories) return undefined;
    return error("not-a-file", [], "Not a file", `"${file}" is a directory, and a file is needed.`);
  }
  const isReadable = await access(place, constants.R_OK).then(
    () => true,
    () => false,
  );
  if (isReadable) return undefined;
  return error("unreadable-file", [], "Cannot read file", `"${file}" may not be read: permission is denied.`);
}

async function notThere({ file, work }: NamedFile): Promise<Problem> {
  const near = await nearFile(file, work);
  const missing = `There is no file ${JSON.stringify(file)} (looked for from ${work}).${escapesIn(file)}`;
  if (near === undefined) return error("missing-file", [], "File not found", missing);
  const issue = error("missing-file", [], "File not found", `${missing} Did you mean "${near}"?`);
  return { ...issue, fix: { kind: "replace", part: "value", text: JSON.stringify(near) } };
}

/** In a path of Windows, `\t` and `\n` became a tab and a line break. */
function escapesIn(file: string): string {
  return /[\t\n\r]/.test(file) ? " A backslash in quotes is written \\\\, or use / in its place." : "";
}

/** A file of a similar name beside it. */
async function nearFile(file: string, work: string): Promise<string | undefined> {
  const folder = dirname(file);
  const names = await readdir(resolve(work, folder)).catch(() => []);
  const near = nearest(basename(file), names);
  return near === undefined ? undefined : withFolder(file, near);
}

function withFolder(file: string, name: string): string {
  if (!file.includes("/")) return name;
  const path = join(dirname(file), name);
  return file.startsWith("./") ? `./${path}` : path;
}
