#!/usr/bin/env node
import { calledAs } from "./lib/called-as.ts";
import { exitProcess } from "./lib/exit-process.ts";
import { COMPATIBLE_PACKER_VERSION } from "./lib/packer-version.ts";
import { VERSION } from "./lib/version.ts";

// The process edge: arguments in, exit code out. What every start pays for is in this file, so it stays small.

// Node opens a standard stream when it is first asked for, and that takes longer than most of our commands: so nothing
// here asks for one that was not used.
const opened: NodeJS.WriteStream[] = [];
for (const name of ["stdout", "stderr"] as const) {
  const open = Object.getOwnPropertyDescriptor(process, name)!.get as () => NodeJS.WriteStream;
  const get = (): NodeJS.WriteStream => {
    const stream = open.call(process);
    if (!opened.includes(stream)) opened.push(stream);
    // A reader that went away, a closed terminal or a full disk behind the output never ends the command: it goes on
    // and cleans up as if it were still read.
    if (stream.listenerCount("error") === 0) stream.on("error", () => {});
    return stream;
  };
  Object.defineProperty(process, name, { configurable: true, enumerable: true, get });
}

// The AWS SDK would tell every user of an Amazon template which Node to install; that is for package.json to say.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

const { program, args } = calledAs(process);
const versions = { imgbuild: `imgbuild v${VERSION}`, packer: `Packer v${COMPATIBLE_PACKER_VERSION}` };
const isVersion = args.length === 1 && /^(--?version|version|-v)$/.test(args[0]!);
if (isVersion) process.stdout.write(`${versions[program]}\n`);
else void main();

async function main(): Promise<void> {
  const { runProgram } = await import("./cli/program.ts");
  const code = await runProgram(args, process, program);
  // An interrupted command does not wait for a reader that has stopped reading.
  if (code > 128) setTimeout(() => exitProcess(process, code), 1000);
  // Sockets and timers of a component must not keep a finished command alive; what was printed has to arrive.
  for (const stream of opened) await new Promise((resolve) => stream.write("", resolve));
  exitProcess(process, code);
}
