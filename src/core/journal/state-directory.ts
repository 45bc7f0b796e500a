import { join, resolve } from "node:path";
import type { Host } from "../../sdk/host.ts";

/**
 * Where run records, journals, logs and crash reports live: `IMGBUILD_STATE_DIR`, else `imgbuild` under
 * `XDG_STATE_HOME` (which must be absolute, as the XDG base directory specification says), else
 * `~/.local/state/imgbuild`.
 */
export function stateDirectory(host: Pick<Host, "env" | "homeDir" | "cwd">): string {
  const own = host.env["IMGBUILD_STATE_DIR"];
  if (own) return resolve(host.cwd, own);
  const xdg = host.env["XDG_STATE_HOME"];
  const base = xdg?.startsWith("/") ? xdg : join(host.homeDir, ".local", "state");
  return join(base, "imgbuild");
}

/** What to do when something cannot be written there. */
export const STATE_HINT = "Make room in the state directory, or point IMGBUILD_STATE_DIR at another.";

export function runsDirectory(host: Pick<Host, "env" | "homeDir" | "cwd">): string {
  return join(stateDirectory(host), "runs");
}
