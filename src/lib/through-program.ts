import { spawn } from "node:child_process";
import type { Writable } from "node:stream";
import { awaitedLater } from "./awaited-later.ts";
import type { ByteSource } from "./byte-source.ts";

/** The program failed; the message is what it said. */
export class ProgramFailed extends Error {
  override readonly name = "ProgramFailed";
}

/** A program by its name, which is the one of Homebrew's formula too. */
export interface Program {
  readonly name: string;
  readonly args: readonly string[];
  readonly debianPackage: string;
}

/** As much of what a program says as a message needs. */
const MOST_COMPLAINT = 2000;

/** What a program makes of the source: from its standard input to its standard output. It ends with whoever reads it. */
export async function* throughProgram(source: ByteSource, program: Program): AsyncGenerator<Buffer> {
  const { name, args } = program;
  const child = spawn(name, args, { stdio: "pipe" });
  let complaint = "";
  child.stderr.on("data", (text: Buffer) => {
    complaint = `${complaint}${text.toString()}`.slice(0, MOST_COMPLAINT);
  });
  const ended = awaitedLater(
    new Promise<void>((resolve, reject) => {
      child.once("error", (cause) => reject(notStarted(program, cause)));
      child.once("close", (code) => {
        if (code === 0) resolve();
        else reject(new ProgramFailed(complaint.trim() || `${name} ended with ${code}`));
      });
    }),
  );
  const feeding = awaitedLater(feed(child.stdin, source));
  try {
    for await (const piece of child.stdout) yield piece as Buffer;
    await feeding;
    await ended;
  } finally {
    child.kill();
    await Promise.allSettled([feeding, ended]);
  }
}

function notStarted({ name, debianPackage }: Program, cause: Error): Error {
  if (!("code" in cause) || cause.code !== "ENOENT") return new Error(`"${name}" cannot be started`, { cause });
  return new Error(
    `The program "${name}" is needed here and is not on PATH. To install it: apt install ${debianPackage} (macOS: brew install ${name})`,
  );
}

/** One piece at a time, because the source reuses its memory for the next one. Why a program stops reading, it says. */
async function feed(stdin: Writable, source: ByteSource): Promise<void> {
  stdin.on("error", () => {});
  try {
    for await (const piece of source) {
      if (stdin.destroyed) return;
      await new Promise<void>((resolve) => {
        stdin.once("close", resolve);
        stdin.write(piece, () => {
          stdin.off("close", resolve);
          resolve();
        });
      });
    }
    stdin.end();
  } finally {
    if (!stdin.writableEnded) stdin.destroy();
  }
}
