import { chmod, copyFile } from "node:fs/promises";
import type { MachineState } from "../sdk/checkpoint.ts";
import type { BuilderRun } from "../sdk/component.ts";
import { BuildError } from "../sdk/error.ts";
import { keepForUser, type SshKey } from "./ssh-key.ts";

/** The key that a saved machine lets in. This run's user may want it, too. */
export async function savedKey(run: BuilderRun, key: SshKey): Promise<SshKey> {
  run.secret(key.privateKey);
  if (!key.generated) return key;
  const privateKeyPath = await run.step("keep the key of the machine", (step) =>
    keepForUser(run, step, key.privateKey),
  );
  return { ...key, privateKeyPath };
}

/** The names of images become paths, and a checkpoint may be shared: throws for one that is no file of it. */
export function requireImages({ files }: MachineState, chains: readonly (readonly string[])[]): void {
  const missing = chains.flat().find((name) => !Object.hasOwn(files, name));
  if (missing !== undefined) throw new BuildError(`it names an image "${missing}", which is none of its files`);
}

/** A file of a checkpoint that the machine writes to, at its place. */
export async function bringBack(file: string | undefined, to: string | undefined): Promise<void> {
  if (file === undefined || to === undefined) return;
  await copyFile(file, to);
  await chmod(to, 0o600);
}
