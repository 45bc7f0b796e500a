import { chmod, copyFile } from "node:fs/promises";
import type { BuilderRun } from "../sdk/component.ts";
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

/** A file of a checkpoint that the machine writes to, at its place. */
export async function bringBack(file: string | undefined, to: string | undefined): Promise<void> {
  if (file === undefined || to === undefined) return;
  await copyFile(file, to);
  await chmod(to, 0o600);
}
