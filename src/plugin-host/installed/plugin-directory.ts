import { stat } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { BuildError } from "../../sdk/error.ts";
import type { Host } from "../../sdk/host.ts";

type Places = Pick<Host, "env" | "homeDir" | "cwd" | "platform">;

/**
 * Where plugins are installed, for Packer and for imgbuild: `PACKER_PLUGIN_PATH`, else `plugins` in Packer's configuration
 * directory. Rejects with a `BuildError` for a list of folders, which Packer refuses as well.
 */
export async function pluginDirectory(host: Places): Promise<string> {
  const own = host.env["PACKER_PLUGIN_PATH"];
  if (own === undefined || own === "") return join(await configDirectory(host), "plugins");
  const folders = own.split(delimiter);
  if (folders.length === 1) return resolve(host.cwd, own);
  const commands = folders.map((folder) => `\n    PACKER_PLUGIN_PATH=${folder}`).join("");
  throw new BuildError("PACKER_PLUGIN_PATH names several folders", {
    hint: `It may name one. Use one of these:${commands}`,
  });
}

/**
 * `.packer.d` in `PACKER_CONFIG_DIR`; `~/.packer.d` where it is there already; `packer` in `XDG_CONFIG_HOME` or
 * `~/.config`; on Windows `packer.d` in the folder of applications. Source: Packer's SDK, `pathing`.
 */
async function configDirectory({ env, homeDir, cwd, platform }: Places): Promise<string> {
  const own = env["PACKER_CONFIG_DIR"];
  if (platform === "win32") return join(own || env["APPDATA"] || homeDir, "packer.d");
  if (own !== undefined && own !== "") return resolve(cwd, own, ".packer.d");
  const old = join(homeDir, ".packer.d");
  if (await exists(old)) return old;
  return join(env["XDG_CONFIG_HOME"] || join(homeDir, ".config"), "packer");
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
