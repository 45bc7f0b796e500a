import { join } from "node:path";
import { writeFileAtomic } from "../../lib/atomic-file.ts";
import { asFileName } from "../../lib/file-name.ts";
import type { GeneratedData } from "../../sdk/component.ts";
import type { BuildRun } from "../run/build-run.ts";
import { loginCommand } from "./login-command.ts";

/** Another machine was, and will be, at the same port: its key must not be remembered, nor this one refused for it. */
const NO_MEMORY = "ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR";

/** A command that opens a shell in a machine that is held; a key made for the build is put where ssh can read it. */
export async function heldLogin(run: BuildRun, data: GeneratedData): Promise<string | undefined> {
  const { SSHPrivateKey: key, SSHPrivateKeyFile: file } = data;
  if (!key || file) return withoutMemory(loginCommand(data));
  const path = join(run.directories.temp, `key-${asFileName(run.build.name)}`);
  await writeFileAtomic(path, String(key), { mode: 0o600 });
  return withoutMemory(loginCommand({ ...data, SSHPrivateKeyFile: path }));
}

function withoutMemory(command: string | undefined): string | undefined {
  return command?.replace(/^ssh/, NO_MEMORY);
}
