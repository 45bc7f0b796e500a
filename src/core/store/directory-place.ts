import { createHash } from "node:crypto";
import { access, chmod, constants, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { ensureDirectory } from "../../lib/ensure-directory.ts";
import { syncDirectory } from "../../lib/atomic-file.ts";
import { errorText } from "../../lib/error-text.ts";
import { randomUuid } from "../../lib/random-uuid.ts";
import { readPieces } from "../../lib/read-pieces.ts";
import { isSystemError } from "../../lib/system-error.ts";
import { writeAll } from "../../lib/write-all.ts";
import { compareStrings } from "../../language/compare-strings.ts";
import { BuildError } from "../../sdk/error.ts";
import {
  changedWhileStored,
  MissingObject,
  unreadableFile,
  type FileToPut,
  type ListedObject,
  type StorePlace,
  type Transfer,
} from "../../sdk/store-place.ts";
import { writeFailure } from "../../sdk/write-failure.ts";
import { MARKER } from "./record.ts";

/** Half-written objects, on the same file system as the whole ones. */
const UNFINISHED = "unfinished";

/** Rejects where the directory is somebody's who keeps other things there. One that is missing is made when it is written to. */
export async function openDirectory(directory: string, name: string): Promise<StorePlace> {
  const entries = await readdir(directory).catch(unlessMissing).catch(unreadable(name));
  if (entries && entries.length > 0 && !entries.includes(MARKER) && !entries.includes(UNFINISHED)) {
    throw new BuildError(`${name} has other things in it, and is no store`, {
      hint: "A store is a directory of its own: name one that is empty, or not there yet.",
    });
  }
  return directoryPlace(directory, name);
}

/**
 * A directory, which may be on a disk that several machines mount. Made where it is missing, for its user alone; in one that
 * others may enter, objects are for them too. Objects get their names when they are on the disk.
 */
function directoryPlace(directory: string, name: string): StorePlace {
  const pathOf = (object: string): string => join(directory, object);
  return {
    name,
    read: (object) => readFile(pathOf(object)).catch(unlessMissing).catch(unreadable(name)),
    write: (object, content) =>
      place({ directory, object, name }, async (handle) => {
        await handle.writeFile(content);
      }),
    stat: async (object) => {
      const found = await stat(pathOf(object)).catch(unlessMissing).catch(unreadable(name));
      return found && { size: found.size, writtenAt: found.mtimeMs };
    },
    refresh: (object) => touch(pathOf(object)),
    refusal: (object) => refusal(directory, object),
    putFile: (object, file, transfer) =>
      place({ directory, object, name }, (handle) => copyVerified(file, handle, transfer)),
    content: (object, signal) => content(pathOf(object), { name, object, signal }),
    list: (prefix) => list(directory, prefix).catch(unreadable(name)),
    remove: async (objects) => {
      for (const object of objects) await rm(pathOf(object), { force: true }).catch(unremovable(name));
    },
    sweep: (_prefix, before) => sweep(join(directory, UNFINISHED), before).catch(() => {}),
  };
}

/** One that belongs to another user can only be written again. */
function touch(path: string): Promise<boolean> {
  const now = new Date();
  return utimes(path, now, now).then(
    () => true,
    () => false,
  );
}

/** Asks the system, of the directories an object comes to be in. */
async function refusal(store: string, object: string): Promise<string | undefined> {
  for (const path of [join(store, object), join(store, UNFINISHED, object)]) {
    const directory = await nearestDirectory(path);
    const refused = await access(directory, constants.W_OK | constants.X_OK).catch((error: unknown) => error);
    if (refused !== undefined) return `"${directory}" ${whyRefused(refused)}`;
  }
  return undefined;
}

async function nearestDirectory(path: string): Promise<string> {
  const above = dirname(path);
  const found = await stat(above).catch(() => undefined);
  return found !== undefined || above === path ? above : nearestDirectory(above);
}

function whyRefused(error: unknown): string {
  const isOnReadOnlyDisk = isSystemError(error) && error.code === "EROFS";
  return isOnReadOnlyDisk ? "is on a file system that can only be read" : "is not for this user to write to";
}

interface Target {
  readonly directory: string;
  readonly object: string;
  /** Of the store, for messages. */
  readonly name: string;
}

type Handle = Awaited<ReturnType<typeof open>>;

async function place(target: Target, fill: (handle: Handle) => Promise<void>): Promise<void> {
  const { directory, object, name } = target;
  const path = join(directory, object);
  const aside = join(directory, UNFINISHED, randomUuid());
  try {
    const modes = await modesIn(directory);
    for (const parent of [dirname(aside), dirname(path)]) await makeDirectories(directory, parent, modes.directory);
    const handle = await open(aside, "wx", modes.file);
    try {
      await fill(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // Whatever the user's mask is: who may enter the store may read it.
    await chmod(aside, modes.file);
    await rename(aside, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(aside, { force: true }).catch(() => {});
    throw await writeFailure(aside, error, { shown: `The store ${name}` });
  }
}

interface Modes {
  readonly directory: number;
  readonly file: number;
}

/** The user has said by the mode of the store who it is for. */
async function modesIn(directory: string): Promise<Modes> {
  await ensureDirectory(directory, 0o700);
  const { mode } = await stat(directory);
  return { directory: mode & 0o7777, file: mode & 0o666 };
}

/** Those below the store that are missing, with its mode. */
async function makeDirectories(store: string, path: string, mode: number): Promise<void> {
  const parts = relative(store, path).split(sep);
  for (let at = store; parts.length > 0;) {
    at = join(at, parts.shift()!);
    const isMade = await mkdir(at, { mode }).then(
      () => true,
      () => false,
    );
    if (isMade) await chmod(at, mode);
  }
}

async function copyVerified(file: FileToPut, handle: Handle, { signal, onProgress }: Transfer): Promise<void> {
  const hash = createHash("sha256");
  let done = 0;
  for await (const piece of piecesOf(file.path, signal)) {
    hash.update(piece);
    await writeAll(handle, piece);
    done += piece.length;
    onProgress?.(done);
  }
  if (hash.digest("hex") !== file.sha256) throw changedWhileStored(file.path);
}

/** What goes wrong here is no fault of the store. */
async function* piecesOf(path: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  try {
    yield* readPieces(path, { signal });
  } catch (error) {
    unreadableFile(path)(error);
  }
}

interface Reading {
  readonly name: string;
  readonly object: string;
  readonly signal: AbortSignal;
}

async function* content(path: string, { name, object, signal }: Reading): AsyncIterable<Uint8Array> {
  try {
    yield* readPieces(path, { signal });
  } catch (error) {
    if (isMissing(error)) throw new MissingObject(`${object} is not in the store ${name}`);
    if (!isSystemError(error)) throw error;
    return unreadable(name)(error);
  }
}

async function list(directory: string, prefix: string): Promise<readonly ListedObject[]> {
  const below = join(directory, prefix.slice(0, prefix.lastIndexOf("/") + 1));
  const entries = await readdir(below, { recursive: true, withFileTypes: true }).catch(unlessMissing);
  const files = (entries ?? []).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const names = files.map((path) => relative(directory, path).replaceAll(sep, "/"));
  const listed = names.filter((name) => name.startsWith(prefix)).toSorted(compareStrings);
  const found = await Promise.all(listed.map((name) => describe(directory, name)));
  return found.filter((object) => object !== undefined);
}

/** Another machine may be removing it. */
async function describe(directory: string, name: string): Promise<ListedObject | undefined> {
  const found = await stat(join(directory, name)).catch(unlessMissing);
  return found && { name, size: found.size, writtenAt: found.mtimeMs };
}

async function sweep(unfinished: string, before: number): Promise<void> {
  for (const name of await readdir(unfinished)) {
    const path = join(unfinished, name);
    if ((await stat(path)).mtimeMs < before) await rm(path, { force: true });
  }
}

function unlessMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}

const isMissing = (error: unknown): boolean => isSystemError(error) && ["ENOENT", "ENOTDIR"].includes(error.code);

const unreadable =
  (name: string) =>
  (cause: unknown): never => {
    throw new BuildError(`The store ${name} cannot be read: ${errorText(cause)}`);
  };

const unremovable =
  (name: string) =>
  (cause: unknown): never => {
    throw new BuildError(`Nothing can be removed from the store ${name}: ${errorText(cause)}`);
  };
