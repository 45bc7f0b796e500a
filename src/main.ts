#!/usr/bin/env node
import { VERSION } from "./lib/version.ts";

// The process edge: arguments in, exit code out. What every start pays for is in this file, so it stays small.
process.stdout.on("error", ignoreClosedReader);
process.stderr.on("error", ignoreClosedReader);

const args = process.argv.slice(2);
const first = args[0]?.replace(/^--?/, "");
if (args.length === 1 && (first === "version" || args[0] === "-v")) {
  process.stdout.write(`imgbuild v${VERSION}\n`);
} else {
  const { runProgram } = await import("./cli/program.ts");
  const code = await runProgram(args, process);
  // Sockets and timers of a component must not keep a finished command alive; what was printed has to arrive.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
}

/** `imgbuild … | head`: the reader has what it wants. The command goes on and cleans up as if it were still read. */
function ignoreClosedReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
