import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** Vagrant itself, with a home of its own below `directory`: runs it and resolves to what it printed. */
export function vagrantIn(directory: string, env: Readonly<Record<string, string>> = {}) {
  const home = join(directory, "vagrant-home");
  return async (...args: string[]): Promise<string> => {
    const environment = {
      ...process.env,
      VAGRANT_HOME: home,
      VAGRANT_CHECKPOINT_DISABLE: "1",
      HOME: directory,
      ...env,
    };
    const { stdout } = await promisify(execFile)("vagrant", args, { cwd: directory, env: environment });
    return stdout;
  };
}
