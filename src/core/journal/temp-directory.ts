import { join } from "node:path";
import type { Host } from "../../sdk/host.ts";

/** The private directory of a run: under `TMPDIR`, as every temporary file. */
export function tempDirectoryOf(host: Pick<Host, "env">, runId: string): string {
  return join(host.env["TMPDIR"] || "/tmp", `imgbuild-${runId}`);
}
