import { PassThrough, type Readable, type Writable } from "node:stream";

/** A program that runs in the guest. */
export interface Program {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exit: Promise<number>;
  kill(): void;
}

export interface Output {
  readonly stream: "stdout" | "stderr";
  readonly data: Buffer;
}

/** How much of a command's output waits to be fetched before the command has to. */
const HELD = 256 * 1024;

/** A command of a shell: what it has printed and nobody has fetched, and whether it has ended. */
export class Command {
  readonly #program: Program;
  #output: Output[] = [];
  #held = 0;
  #exitCode: number | undefined;
  #wake: () => void = () => {};
  #ended: readonly ("stdout" | "stderr")[] = [];

  constructor(program: Program) {
    this.#program = program;
    program.stdin.on("error", () => {});
    const streams = (["stdout", "stderr"] as const).map((name) => this.#collect(name, program[name]));
    void Promise.all([program.exit, ...streams]).then(([code]) => {
      this.#exitCode = code;
      this.#ended = ["stdout", "stderr"];
      this.#wake();
    });
  }

  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** False when the program takes no more. Resolves when it has taken this. */
  async write(data: Buffer, end: boolean): Promise<boolean> {
    const { stdin } = this.#program;
    if (this.#exitCode !== undefined || stdin.destroyed || !stdin.writable) return false;
    if (data.length > 0 && !stdin.write(data)) {
      await Promise.race([
        new Promise((resolve) => stdin.once("drain", resolve).once("close", resolve).once("error", resolve)),
        this.#program.exit,
      ]);
    }
    if (end) stdin.end();
    return true;
  }

  /** Up to so many bytes of output, when there is any or the command has ended; `undefined` when the time is over. */
  async take(limit: number, timeoutMs: number): Promise<readonly Output[] | undefined> {
    const deadline = performance.now() + timeoutMs;
    while (this.#output.length === 0 && this.#exitCode === undefined) {
      const left = deadline - performance.now();
      if (left <= 0) return undefined;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
    return this.#shift(limit);
  }

  /** All was fetched and the end may be told. */
  get isDone(): boolean {
    return this.#exitCode !== undefined && this.#output.length === 0;
  }

  get endedStreams(): readonly string[] {
    return this.isDone ? this.#ended : [];
  }

  kill(): void {
    this.#program.kill();
  }

  #collect(name: "stdout" | "stderr", from: Readable): Promise<void> {
    from.on("data", (data: Buffer) => {
      this.#output.push({ stream: name, data });
      this.#held += data.length;
      if (this.#held > HELD) from.pause();
      this.#wake();
    });
    return new Promise((resolve) =>
      from
        .once("end", resolve)
        .once("close", resolve)
        .once("error", () => resolve()),
    );
  }

  #shift(limit: number): Output[] {
    const taken: Output[] = [];
    let left = limit;
    while (this.#output.length > 0 && left > 0) {
      const { stream, data } = this.#output.shift()!;
      taken.push({ stream, data: data.subarray(0, left) });
      if (data.length > left) this.#output.unshift({ stream, data: data.subarray(left) });
      left -= Math.min(left, data.length);
    }
    this.#held = this.#output.reduce((sum, { data }) => sum + data.length, 0);
    if (this.#held <= HELD) for (const stream of [this.#program.stdout, this.#program.stderr]) stream.resume();
    return taken;
  }
}

export interface ProgramContext {
  readonly stdin: PassThrough;
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  readonly signal: AbortSignal;
}

/** A program that is a function of this process. What it throws goes to standard error. */
export function inProcess(body: (context: ProgramContext) => Promise<number>): Program {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const controller = new AbortController();
  const killed = new Promise<number>((resolve) => {
    controller.signal.addEventListener("abort", () => resolve(0xc000013a), { once: true });
  });
  const run = async () => {
    try {
      return await Promise.race([body({ stdin, stdout, stderr, signal: controller.signal }), killed]);
    } catch (error) {
      stderr.write(`${error instanceof Error ? error.message : String(error)}\r\n`);
      return 1;
    } finally {
      stdin.destroy();
      stdout.end();
      stderr.end();
    }
  };
  return { stdin, stdout, stderr, exit: run(), kill: () => controller.abort() };
}
