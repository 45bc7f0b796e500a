import type { Run } from "../../sdk/run.ts";
import { openDriver } from "./driver/open-driver.ts";

/** What would stop any build: VirtualBox missing, too old, or unable to start machines. */
export async function virtualBoxPreflight(run: Run): Promise<readonly string[]> {
  return openDriver(run.host, run.signal).then(
    () => [],
    (error: unknown) => [describe(error)],
  );
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "hint" in error && typeof error.hint === "string" ? `${error.message}. ${error.hint}` : error.message;
}
