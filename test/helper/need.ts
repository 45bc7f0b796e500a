import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { it } from "vitest";

/**
 * `needs("sshd", "openssh-server")` is `it` where the program exists. Where it does not: in CI a failing test that names
 * the package, elsewhere a test reported as skipped with the package in its title, so that nothing is left out unseen.
 */
export function needs(program: string, debianPackage: string): typeof it {
  return findProgram(program) ? it : without(`needs "${program}" (Debian package ${debianPackage})`);
}

/** As `needs`, for tests that also have to be root, as CI is, to give a server accounts and mounts of its own. */
export function needsRoot(program: string, debianPackage: string): typeof it {
  return isRoot ? needs(program, debianPackage) : asRoot("for accounts of its own");
}

export const isRoot = process.getuid?.() === 0;

/** `it` for root only; `why` goes on from "needs root, …". */
export function asRoot(why: string): typeof it {
  return isRoot ? it : without(`needs root, ${why}`);
}

/** `it` for what cannot run here for this reason: fails in CI, where everything has to run; is left out elsewhere. */
export function without(reason: string): typeof it {
  const fail = (): void => {
    throw new Error(`${reason}, and that is not here`);
  };
  const instead = process.env["CI"]
    ? (title: string) => it(title, fail)
    : (title: string) => it.skip(leftOut(title, reason));
  return Object.assign((title: string) => instead(title), {
    each: () => (title: string) => instead(title),
  }) as unknown as typeof it;
}

/** The title of a test, or of a group, that is left out; `left-out-reporter.ts` reads the reason. */
export function leftOut(title: string, reason: string): string {
  return `${title} [left out: ${reason}]`;
}

export function findProgram(program: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
