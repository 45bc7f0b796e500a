#!/usr/bin/env node
import { VERSION } from "./lib/version.ts";

// The process edge: arguments in, exit code out. What every start pays for is in this file, so it stays small.
let isOutputLost = false;
process.stdout.on("error", goOnUnread);
process.stderr.on("error", goOnUnread);

const args = process.argv.slice(2);
const first = args[0]?.replace(/^--?/, "");
if (args.length === 1 && (first === "version" || args[0] === "-v")) {
  process.stdout.write(`imgbuild v${VERSION}\n`);
} else {
  const { runProgram } = await import("./cli/program.ts");
  const code = await runProgram(args, process);
  // Sockets and timers of a component must not keep a finished command alive; what was printed has to arrive.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code === 0 && isOutputLost ? 1 : code)));
}

/**
 * `imgbuild … | head`, or a terminal that was closed: the command goes on and cleans up as if it were still read. Output
 * lost for another reason (a full disk behind `>`) is lost to somebody who wants it.
 */
function goOnUnread({ code }: NodeJS.ErrnoException): void {
  isOutputLost ||= code !== "EPIPE" && code !== "EIO" && code !== "ERR_STREAM_DESTROYED";
}
