import { connect, type Socket } from "node:net";
import { retry } from "../../lib/retry.ts";

/**
 * Client of the QEMU Machine Protocol over a Unix socket. Source: docs/interop/qmp-spec.txt of QEMU.
 * One JSON object per line; the server greets, the client negotiates with `qmp_capabilities`, then commands and answers
 * alternate (matched by `id`) with events in between.
 */
export interface QmpClient {
  /** Resolves with the command's return value. Rejects with a QmpError when QEMU refuses, or the link ends. */
  execute(command: string, args?: Readonly<Record<string, unknown>>, options?: ExecuteOptions): Promise<unknown>;
  /** Every event from now on. The returned function ends it. */
  onEvent(listener: (event: QmpEvent) => void): () => void;
  /** Resolves when the link is gone, for any reason. */
  readonly closed: Promise<void>;
  close(): void;
}

export interface QmpEvent {
  /** `SHUTDOWN`, `RESET`, `GUEST_PANICKED`… */
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface ExecuteOptions {
  readonly signal?: AbortSignal | undefined;
  /** Default 30 s: an answer later than that means a stuck QEMU. */
  readonly timeoutMs?: number;
}

class QmpError extends Error {
  override readonly name = "QmpError";
  /** `GenericError`, `CommandNotFound`… as QEMU says, or `Disconnected` / `Timeout`. */
  readonly errorClass: string;

  constructor(errorClass: string, message: string) {
    super(message);
    this.errorClass = errorClass;
  }
}

export interface ConnectQmpOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for QEMU to open its socket and greet. Default 10 s. */
  readonly timeoutMs?: number;
}

/** Connects to the socket (trying until QEMU has opened it) and negotiates. */
export async function connectQmp(socketPath: string, options: ConnectQmpOptions = {}): Promise<QmpClient> {
  const { signal, timeoutMs = 10_000 } = options;
  const socket = await retry(() => open(socketPath), { delayMs: 10, maxDelayMs: 100, timeoutMs, signal });
  const link = new QmpLink(socket);
  try {
    await link.greeted(timeoutMs, signal);
    await link.execute("qmp_capabilities", {}, { signal, timeoutMs });
    return link;
  } catch (error) {
    link.close();
    throw error;
  }
}

/** Of a machine that is off already. */
export const closedQmp: QmpClient = {
  execute: () => Promise.reject(disconnected()),
  onEvent: () => () => {},
  closed: Promise.resolve(),
  close: () => {},
};

/** Connects, runs one command, and hangs up. */
export async function executeOnce(
  socketPath: string,
  command: string,
  args: Readonly<Record<string, unknown>> = {},
  options: ConnectQmpOptions = {},
): Promise<unknown> {
  const client = await connectQmp(socketPath, options);
  try {
    return await client.execute(command, args, options);
  } finally {
    client.close();
  }
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What QEMU may send: a greeting, an answer, or an event. */
interface QmpMessage {
  readonly QMP?: unknown;
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
  readonly event?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Commands are numbered from 1; events have no id. */
const NO_ID = 0;

class QmpLink implements QmpClient {
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: QmpEvent) => void>();
  readonly #greeting: Promise<void>;
  #onGreeting: () => void = () => {};
  #nextId = 1;
  #buffer = "";
  #ended = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#greeting = new Promise((resolve) => (this.#onGreeting = resolve));
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        this.#end();
        resolve();
      });
    });
    // An error is always followed by "close", which fails all pending commands.
    socket.on("error", () => {});
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => this.#receive(chunk));
  }

  async greeted(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    await bounded(Promise.race([this.#greeting, this.closed]), { what: "its greeting", timeoutMs, signal });
    if (this.#ended) throw disconnected();
  }

  async execute(command: string, args: Readonly<Record<string, unknown>> = {}, options: ExecuteOptions = {}) {
    options.signal?.throwIfAborted();
    if (this.#ended) throw disconnected();
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    this.#socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    try {
      return await bounded(answer, { what: command, timeoutMs: options.timeoutMs ?? 30_000, signal: options.signal });
    } finally {
      this.#pending.delete(id);
    }
  }

  onEvent(listener: (event: QmpEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: string): void {
    const lines = (this.#buffer + chunk).split("\n");
    this.#buffer = lines.pop()!;
    for (const line of lines) if (line.trim() !== "") this.#dispatch(JSON.parse(line) as QmpMessage);
  }

  #dispatch(message: QmpMessage): void {
    if (message.QMP !== undefined) this.#onGreeting();
    if (message.event !== undefined) {
      for (const listener of this.#listeners) listener({ name: message.event, data: message.data ?? {} });
    }
    const pending = this.#pending.get(message.id ?? NO_ID);
    if (message.error) pending?.reject(new QmpError(message.error.class, message.error.desc));
    else pending?.resolve(message.return);
  }

  #end(): void {
    this.#ended = true;
    this.#onGreeting();
    for (const { reject } of this.#pending.values()) reject(disconnected());
    this.#pending.clear();
  }
}

function disconnected(): QmpError {
  return new QmpError("Disconnected", "QEMU closed its control connection");
}

interface Bounds {
  /** For the message. */
  readonly what: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** The promise, or a rejection when the time is over or `signal` aborts. */
function bounded<Result>(promise: Promise<Result>, { what, timeoutMs, signal }: Bounds): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = () => settle(() => reject(signal!.reason as Error));
    const onTimeout = () => {
      const message = `QEMU did not answer ${what} within ${timeoutMs / 1000} s`;
      settle(() => reject(new QmpError("Timeout", message)));
    };
    const timer = setTimeout(onTimeout, timeoutMs);
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      finish();
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    promise.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}
