import { execFileSync } from "node:child_process";

/** The `cli` and `e2e` projects run the built command, never the sources. */
export default function setup(): void {
  execFileSync(process.execPath, ["tools/bundle.mjs"], { stdio: "inherit" });
}
