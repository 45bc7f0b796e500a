import { join, resolve } from "node:path";
import type { Host } from "../../sdk/host.ts";

/**
 * Where checkpoints are kept: `IMGBUILD_CHECKPOINT_DIR`, else `imgbuild/checkpoints` under `XDG_CACHE_HOME` (absolute, as
 * the XDG base directory specification says), else `~/.cache/imgbuild/checkpoints`.
 */
export function checkpointDirectory(host: Pick<Host, "env" | "homeDir" | "cwd">): string {
  const own = host.env["IMGBUILD_CHECKPOINT_DIR"];
  if (own) return resolve(host.cwd, own);
  const xdg = host.env["XDG_CACHE_HOME"];
  const base = xdg?.startsWith("/") ? xdg : join(host.homeDir, ".cache");
  return join(base, "imgbuild", "checkpoints");
}
