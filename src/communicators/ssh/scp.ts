import type { Duplex } from "node:stream";
import { PassThrough, type Writable } from "node:stream";
import { BuildError } from "../../sdk/error.ts";
import type { ExecResult } from "../../sdk/communicator.ts";
import { drained } from "../drained.ts";
import { shellQuotePath } from "../../lib/shell-quote.ts";

/** Runs a command whose input and output are ours. */
export type ScpExec = (
  command: string,
  stdin: PassThrough,
  onStdout: (chunk: Buffer) => void | Promise<void>,
) => Promise<ExecResult>;

/**
 * The old copy protocol of `scp -t` and `scp -f` for one file: a header line, the bytes, and a zero byte; the other side
 * answers each with a zero byte, or 1 or 2 and a message.
 * Source: "How the SCP protocol works" (Jan Pechanec, 2007) and the behaviour of OpenSSH's scp -O.
 */
export async function scpSend(
  exec: ScpExec,
  command: string,
  file: { readonly name: string; readonly mode: number; readonly size: number; readonly source: AsyncIterable<Buffer> },
): Promise<ExecResult> {
  const stdin = new PassThrough();
  const answers = new Answers();
  const result = exec(command, stdin, (chunk) => answers.add(chunk)).finally(() => answers.end());
  try {
    await answers.next();
    stdin.write(`C${file.mode.toString(8).padStart(4, "0")} ${file.size} ${file.name}\n`);
    await answers.next();
    for await (const chunk of file.source) {
      if (!stdin.write(chunk)) await Promise.race([new Promise((resolve) => stdin.once("drain", resolve)), result]);
    }
    stdin.write(Buffer.from([0]));
    await answers.next();
  } catch (error) {
    stdin.end();
    const ended = await result;
    // The command around scp, or its end, says more than the missing answer.
    if (ended.kind !== "exit" || ended.code !== 0) return ended;
    throw error;
  }
  stdin.end();
  return result;
}

/** Reads one file with `scp -f`. */
export async function scpReceive(
  exec: ScpExec,
  path: string,
  to: Writable,
  onBytes: (count: number) => void,
): Promise<ExecResult> {
  const stdin = new PassThrough();
  const parser = new Receiver(stdin, to, onBytes);
  stdin.write(Buffer.from([0]));
  const result = await exec(`scp -f ${shellQuotePath(path)}`, stdin, (chunk) => parser.add(chunk));
  parser.finish(path);
  return result;
}

class Receiver {
  readonly #stdin: Duplex;
  readonly #to: Writable;
  readonly #onBytes: (count: number) => void;
  #header = Buffer.alloc(0);
  #left: number | undefined;
  #problem: string | undefined;

  constructor(stdin: Duplex, to: Writable, onBytes: (count: number) => void) {
    this.#stdin = stdin;
    this.#to = to;
    this.#onBytes = onBytes;
  }

  add(chunk: Buffer): void | Promise<void> {
    if (this.#left !== undefined) return this.#body(chunk);
    this.#header = Buffer.concat([this.#header, chunk]);
    const end = this.#header.indexOf(10);
    if (end === -1) return;
    const line = this.#header.subarray(0, end).toString("utf8");
    const match = /^C[0-7]{4,} (\d+) /.exec(line);
    if (!match) {
      // Byte 1 is a warning, 2 an error; both carry a message.
      this.#problem = line.replace(/^[\u0001\u0002]/, "");
      this.#stdin.end();
      return;
    }
    this.#left = Number(match[1]);
    this.#stdin.write(Buffer.from([0]));
    return this.#body(this.#header.subarray(end + 1));
  }

  #body(chunk: Buffer): void | Promise<void> {
    const data = chunk.subarray(0, this.#left);
    this.#left! -= data.length;
    if (this.#left === 0 && chunk.length > data.length) this.#stdin.end(Buffer.from([0]));
    if (data.length === 0) return;
    this.#onBytes(data.length);
    if (!this.#to.write(data)) return drained(this.#to);
  }

  finish(path: string): void {
    if (this.#problem !== undefined) throw new BuildError(`Could not read "${path}" in the machine: ${this.#problem}`);
    if (this.#left === 0) return;
    throw new BuildError(`"${path}" arrived incomplete: ${this.#left ?? "all"} bytes are missing`);
  }
}

/** The zero bytes and messages with which `scp -t` answers. */
class Answers {
  #bytes = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};

  add(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async next(): Promise<void> {
    for (;;) {
      const code = this.#bytes[0];
      if (code === 0) {
        this.#bytes = this.#bytes.subarray(1);
        return;
      }
      const lineEnd = this.#bytes.indexOf(10);
      if (lineEnd !== -1) {
        const message = this.#bytes.subarray(1, lineEnd).toString("utf8");
        throw new BuildError(`scp in the machine: ${message}`);
      }
      if (this.#ended) throw new BuildError("scp in the machine ended early");
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
