import { join } from "node:path";
import type { Run } from "../sdk/run.ts";

/** A path in the run's private directory that no other build of the run uses. */
export function privatePath(run: Pick<Run, "build" | "directories">, name: string): string {
  return join(run.directories.temp, `${run.build.name.replace(/[^\w.-]/g, "_")}-${name}`);
}
