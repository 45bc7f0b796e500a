import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { it } from "vitest";

/**
 * `needs("sshd", "openssh-server")` is `it` where the program exists. Where it does not: in CI a failing test that names
 * the package, elsewhere a test reported as skipped with the package in its title, so that nothing is left out unseen.
 */
export function needs(program: string, debianPackage: string): typeof it {
  if (findProgram(program)) return it;
  const reason = `needs "${program}" (Debian package ${debianPackage})`;
  const report = (title: string) =>
    process.env["CI"]
      ? it(title, () => {
          throw new Error(`${reason}, which is not installed`);
        })
      : it.skip(`${title} [left out: ${reason}]`, () => {});
  return report as unknown as typeof it;
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
