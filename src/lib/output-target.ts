import { constants, type BigIntStats } from "node:fs";
import { access, lstat, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/**
 * How bytes get to where a user wants them, by what stands there now. `replace`: nothing or a file, written beside
 * `path` (which links lead to) and renamed. `through`: a device, a FIFO, a descriptor of a process, or a file in a
 * directory that cannot be written: opened and written as it is, never renamed. What is `unreadable` (all but files) is
 * never read first.
 */
export type OutputTarget =
  | { readonly kind: "replace"; readonly path: string; readonly before: BigIntStats | undefined }
  | { readonly kind: "through"; readonly path: string; readonly flags: number; readonly isReadable: boolean };

/** Rejects, with the system's code, where nothing can be written: a directory, a socket, a link that leads to itself. */
export async function outputTarget(path: string): Promise<OutputTarget> {
  const end = await endOfLinks(path);
  if (end.isDescriptor) return { kind: "through", path, flags: APPEND, isReadable: false };
  const before = await statOrNothing(end.path);
  if (before === undefined) return { kind: "replace", path: end.path, before };
  if (before.isDirectory()) throw refusal("EISDIR", end.path);
  if (before.isSocket()) throw refusal("ENXIO", end.path);
  if (!before.isFile()) return { kind: "through", path: end.path, flags: constants.O_WRONLY, isReadable: false };
  await access(end.path, constants.W_OK);
  if (await canWrite(dirname(end.path))) return { kind: "replace", path: end.path, before };
  return { kind: "through", path: end.path, flags: TRUNCATE, isReadable: true };
}

const APPEND = constants.O_WRONLY | constants.O_APPEND;
export const TRUNCATE = constants.O_WRONLY | constants.O_TRUNC;
/** As many links as Linux follows. */
const MOST_LINKS = 40;

/** Where a chain of links ends, whether anything is there or not. The name of a descriptor is an end: what it is open on may have no name. */
export async function endOfLinks(path: string): Promise<{ readonly path: string; readonly isDescriptor: boolean }> {
  let at = path;
  for (let hop = 0; hop < MOST_LINKS; hop++) {
    const directory = await realpath(dirname(at)).catch(() => dirname(at));
    if (isDescriptorDirectory(directory)) return { path: at, isDescriptor: true };
    const link = await readlink(at).catch(() => undefined);
    if (link === undefined) return { path: hop === 0 ? at : join(directory, basename(at)), isDescriptor: false };
    at = resolve(directory, link);
  }
  throw refusal("ELOOP", path);
}

const isDescriptorDirectory = (directory: string): boolean => /^\/proc\/[^/]+\/(?:task\/\d+\/)?fd$/.test(directory);

async function statOrNothing(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  // There was no such file; what is there by now is a link that leads nowhere, or somebody has just made a file.
  const now = await lstat(path, { bigint: true }).catch(() => undefined);
  if (now?.isSymbolicLink() === true) throw refusal("ELOOP", path);
  return now;
}

async function canWrite(directory: string): Promise<boolean> {
  return access(directory, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}

function refusal(code: "EISDIR" | "ENXIO" | "ELOOP", path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code, syscall: "open", path });
}
