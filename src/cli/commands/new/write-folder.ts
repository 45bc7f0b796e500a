import { lstat, open, readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ensureDirectory } from "../../../lib/ensure-directory.ts";
import { displayPath } from "../../../lib/display-path.ts";
import { shellQuote } from "../../../lib/shell-quote.ts";
import { BuildError } from "../../../sdk/error.ts";
import { writeFailure } from "../../../sdk/write-failure.ts";

interface WriteFolderOptions {
  /** Path in the folder → text. */
  readonly files: Readonly<Record<string, string>>;
  /** Of the user, for messages. */
  readonly cwd: string;
}

/** Writes the files into a folder, which is new or holds nothing that is in their way. All of them, or nothing. */
export async function writeFolder(folder: string, { files, cwd }: WriteFolderOptions): Promise<void> {
  await refuseWhatIsThere(folder, { files, cwd });
  const undo: (() => Promise<unknown>)[] = [];
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name);
      const first = await ensureDirectory(dirname(path));
      if (first !== undefined) undo.push(...madeFrom(first, dirname(path)).map((made) => () => rmdir(made)));
      // A file that has come meanwhile is not replaced either.
      const file = await open(path, "wx", modeOf(name));
      undo.push(() => rm(path));
      try {
        await file.writeFile(text);
      } finally {
        await file.close();
      }
    }
  } catch (cause) {
    for (const remove of undo.toReversed()) await remove().catch(() => {});
    throw await writeFailure(folder, cause, { shown: displayPath(folder, cwd) });
  }
}

/** Scripts can be run; values of one person are read by nobody else. */
function modeOf(name: string): number {
  if (name.endsWith(".auto.pkrvars.hcl")) return 0o600;
  return name.endsWith(".sh") ? 0o777 : 0o666;
}

/** The directories that `mkdir -p last` made, where `first` was the first of them, outermost first. */
function madeFrom(first: string, last: string): readonly string[] {
  const made = [last];
  while (made[0] !== first) made.unshift(dirname(made[0]!));
  return made;
}

async function refuseWhatIsThere(folder: string, { files, cwd }: WriteFolderOptions): Promise<void> {
  const shown = displayPath(folder, cwd);
  const names = await readdir(folder).catch(() => []);
  const taken = await Promise.all(Object.keys(files).map((name) => isThere(join(folder, name))));
  const inTheWay = [
    ...Object.keys(files).filter((_, index) => taken[index]),
    ...names.filter((name) => /\.pkr(vars)?\.(hcl|json)$/.test(name) && !Object.hasOwn(files, name)),
  ];
  if (inTheWay.length === 0) return;
  const other = shellQuote(`${shown}-2`);
  throw new BuildError(`${shown} holds a template, or files that would be replaced: ${inTheWay.join(", ")}.`, {
    hint: `Nothing was written. Choose another folder:\n    imgbuild new -dir ${other}`,
  });
}

const isThere = async (path: string): Promise<boolean> => (await lstat(path).catch(() => undefined)) !== undefined;
