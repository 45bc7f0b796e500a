import { BuildError } from "../../sdk/error.ts";
import type { InstalledPlugin } from "../installed/check-binary.ts";
import { thisMachine } from "../installed/file-name.ts";

/** What a lock file says of one plugin: this release, on every machine that uses the template. */
export interface LockedPlugin {
  /** `github.com/acme/happycloud`. */
  readonly source: string;
  readonly version: string;
  /** SHA-256 of the release's archives by system (`linux_amd64`), as far as a release with sums was seen. */
  readonly archives: Readonly<Record<string, string>>;
  /** SHA-256 of the binaries, for the systems on which it was installed. */
  readonly binaries: Readonly<Record<string, string>>;
}

/** What is there, or offered, is not what the lock file names: nothing goes on as if it were. */
export class LockViolation extends BuildError {}

/** By source. */
export type PluginLock = ReadonlyMap<string, LockedPlugin>;

/** The name of this machine's system in a lock file. */
export const lockTarget = `${thisMachine.os}_${thisMachine.arch}`;

/** Why an installed plugin is not the one that is locked, as a sentence; `undefined` where it is, or nothing is locked. */
export function lockProblem(
  installed: Pick<InstalledPlugin, "version" | "sha256">,
  locked: LockedPlugin | undefined,
): string | undefined {
  if (!locked) return undefined;
  if (installed.version !== locked.version) {
    return `The lock file names version ${locked.version}, and ${installed.version} is used.`;
  }
  const wanted = locked.binaries[lockTarget];
  if (wanted === undefined || wanted === installed.sha256) return undefined;
  return `It is another file than the one that was locked: its SHA-256 is ${installed.sha256}, and should be ${wanted}.`;
}

/**
 * The lock after a plugin was installed, or found. What is locked stays as it is, unless it is another version; what was
 * learned about the same one is added.
 */
export function addToLock(lock: PluginLock, seen: LockedPlugin): PluginLock {
  const known = lock.get(seen.source);
  const merged = known?.version === seen.version ? withMore(known, seen) : seen;
  return new Map([...lock, [seen.source, merged]]);
}

function withMore(known: LockedPlugin, seen: LockedPlugin): LockedPlugin {
  const hasArchives = Object.keys(known.archives).length > 0;
  return {
    ...known,
    archives: hasArchives ? known.archives : seen.archives,
    binaries: { ...seen.binaries, ...known.binaries },
  };
}
