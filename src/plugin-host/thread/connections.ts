import { MessageChannel, type MessagePort, type Worker } from "node:worker_threads";
import { BuildError } from "../../sdk/error.ts";
import type { AcceptOptions, Broker, DialOptions } from "../wire/broker.ts";
import type { ByteStream } from "../wire/byte-stream.ts";
import { StreamClosed } from "../wire/wire-error.ts";
import type { Command, Connect, PluginAddress, Report } from "./messages.ts";
import { portStream } from "./port-stream.ts";

/** Connections to plugins, all on one thread of their own, which is started for the first of them. */
export interface Connections {
  /** Rejects with a `BuildError` where nobody listens at the address. */
  connect(address: PluginAddress): Promise<Broker>;
  /** Ends the thread, and with it every connection. */
  close(): Promise<void>;
}

/** What is needed of a worker. */
export type ConnectionThread = Pick<Worker, "postMessage" | "terminate" | "once" | "unref">;

export function createConnections(startThread: () => ConnectionThread): Connections {
  let thread: ConnectionThread | undefined;
  const open = new Set<ThreadedBroker>();
  const start = (): ConnectionThread => {
    const started = startThread();
    started.unref();
    // Its connections are gone; each of them says so to whoever waits for it.
    started.once("error", (error: Error) =>
      open.forEach((broker) => broker.over(`its thread failed: ${error.message}`)),
    );
    return started;
  };
  return {
    connect: async (address) => {
      thread ??= start();
      const { port1: control, port2 } = new MessageChannel();
      const broker = new ThreadedBroker(control);
      open.add(broker);
      void broker.closed.then(() => open.delete(broker));
      thread.postMessage({ address, control: port2 } satisfies Connect, [port2]);
      await broker.connected();
      return broker;
    },
    close: async () => {
      await thread?.terminate();
      thread = undefined;
    },
  };
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The broker of a connection on the other thread. */
class ThreadedBroker implements Broker {
  readonly closed: Promise<string | undefined>;
  readonly #control: MessagePort;
  readonly #waiting = new Map<number, Waiting>();
  readonly #connected: Promise<void>;
  #onConnected!: Waiting;
  #onClosed!: (reason: string | undefined) => void;
  #isClosed = false;
  #lastId = 0;
  #lastRequest = 0;

  constructor(control: MessagePort) {
    this.#control = control;
    this.closed = new Promise((resolve) => (this.#onClosed = resolve));
    this.#connected = new Promise((resolve, reject) => (this.#onConnected = { resolve, reject }));
    this.#connected.catch(() => {});
    control.on("message", (report: Report) => this.#onReport(report));
    control.once("close", () => this.over("the thread of the connections ended"));
  }

  connected(): Promise<void> {
    return this.#connected;
  }

  nextId(): number {
    return ++this.#lastId;
  }

  dial(id: number, options: DialOptions = {}): Promise<ByteStream> {
    return this.#open("dial", id, options);
  }

  accept(id: number, options: AcceptOptions): Promise<ByteStream> {
    return this.#open("accept", id, options);
  }

  async #open(kind: "dial" | "accept", id: number, options: Partial<AcceptOptions>): Promise<ByteStream> {
    if (this.#isClosed) throw new StreamClosed("the connection is closed");
    const { port1, port2 } = new MessageChannel();
    const stream = portStream(port1);
    const request = ++this.#lastRequest;
    const abandon = (): void => this.#post({ kind: "abandon", request });
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.set(request, { resolve, reject });
        this.#post({ kind, request, id, calls: options.calls === true, stream: port2 }, [port2]);
        if (options.signal?.aborted === true) abandon();
        options.signal?.addEventListener("abort", abandon, { once: true });
      });
      return stream;
    } catch (error) {
      port1.close();
      throw error;
    } finally {
      options.signal?.removeEventListener("abort", abandon);
    }
  }

  close(): void {
    this.#post({ kind: "close" });
  }

  #onReport(report: Report): void {
    if (report.kind === "connected") return this.#onConnected.resolve();
    if (report.kind === "closed") return this.over(report.reason);
    const waiting = this.#waiting.get(report.request);
    this.#waiting.delete(report.request);
    if (report.kind === "done") waiting?.resolve();
    else waiting?.reject(new StreamClosed(report.reason));
  }

  over(reason: string | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const error = new StreamClosed(reason ?? "the connection was closed");
    this.#onConnected.reject(new BuildError("The plugin does not take connections", { cause: error }));
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.#onClosed(reason);
  }

  #post(command: Command, transfer: readonly MessagePort[] = []): void {
    this.#control.postMessage(command, transfer);
  }
}
