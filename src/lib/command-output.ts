import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { LineSplitter } from "./line-splitter.ts";

export type OutputStream = "stdout" | "stderr";

/** Takes a line without its line end; a promise it returns delays the program. */
export type OnLine = (line: string, stream: OutputStream) => void | Promise<void>;

const KEPT_OUTPUT = 8 * 1024 * 1024;

/** Reads a stream to its end: into `tail`, and line by line into `queue`, no faster than its lines are taken. */
export async function drain(
  stream: Readable | null,
  tail: OutputTail,
  queue: LineQueue,
  name: OutputStream,
): Promise<void> {
  if (!stream) return;
  const decoder = new StringDecoder("utf8");
  const lines = new LineSplitter((line) => queue.add(line, name));
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    tail.add(decoder.write(chunk));
    if (!queue.wanted) continue;
    lines.add(chunk);
    // Reading from the program pauses until its lines are taken.
    await queue.delivered();
  }
  lines.end();
  await queue.delivered();
}

/** Delivers lines of both streams one at a time, in the order in which they came. */
export class LineQueue {
  readonly #onLine: OnLine | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(onLine: OnLine | undefined) {
    this.#onLine = onLine;
  }

  get wanted(): boolean {
    return this.#onLine !== undefined;
  }

  add(line: string, stream: OutputStream): void {
    this.#last = this.#last.then(() => this.#onLine?.(line, stream));
  }

  /** Resolves when every line so far was taken; rejects when taking one failed. */
  delivered(): Promise<void> {
    return this.#last;
  }
}

/** The end of a text of any length. */
export class OutputTail {
  #chunks: string[] = [];
  #length = 0;

  add(chunk: string): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length > 2 * KEPT_OUTPUT) this.#chunks = [this.text()];
    this.#length = Math.min(this.#length, 2 * KEPT_OUTPUT);
  }

  text(): string {
    const text = this.#chunks.join("").slice(-KEPT_OUTPUT);
    this.#length = text.length;
    return text;
  }
}
