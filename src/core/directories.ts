import { join, resolve } from "node:path";
import type { Host } from "../sdk/host.ts";

/**
 * What runs share (downloads, locks of ports): `PACKER_CACHE_DIR`, else `packer` under `XDG_CACHE_HOME`, else
 * `~/.cache/packer`, as Packer does, so that an ISO is downloaded once for both.
 */
export function cacheDirectory(host: Pick<Host, "env" | "homeDir" | "cwd">): string {
  const own = host.env["PACKER_CACHE_DIR"];
  if (own) return resolve(host.cwd, own);
  const xdg = host.env["XDG_CACHE_HOME"];
  return join(xdg?.startsWith("/") ? xdg : join(host.homeDir, ".cache"), "packer");
}
