import { execFileSync } from "node:child_process";
import { collectTranscripts } from "./transcripts.ts";

/**
 * The `cli` and `e2e` projects run the built command, never the sources. What it produces is searched for planted
 * secrets when all tests have ended.
 */
export default function setup(): () => void {
  execFileSync(process.execPath, ["tools/bundle.mjs"], { stdio: "inherit" });
  return collectTranscripts();
}
