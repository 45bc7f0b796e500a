import { connect, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Stands between a client and a server on loopback and does to the traffic what networks do. */
export interface TcpProxy {
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Nothing passes any more, in both directions, and nobody is told: a frozen machine, a NAT that forgot. */
  freeze(): void;
  thaw(): void;
  /** Cuts every connection with a TCP reset. */
  reset(): void;
  /** Ends every connection politely. */
  end(): void;
  /** Cuts with a reset once so many more bytes went to the server. */
  resetAfter(bytes: number): void;
  /** Accepts, but leads nowhere, as a port forward does before the machine is up. */
  swallow(on: boolean): void;
  close(): Promise<void>;
}

export interface TcpProxyOptions {
  readonly target: number;
  /** Added to the way there and to the way back, half each. */
  readonly roundTripMs?: number;
  /** Bytes per second towards the server. */
  readonly upstreamRate?: number;
  readonly forBenchmark?: boolean;
}

export async function createTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  const proxy = new Proxy(options);
  await proxy.listen();
  if (options.forBenchmark !== true) onTestFinished(() => proxy.close());
  return proxy;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket | undefined;
}

class Proxy implements TcpProxy {
  accepted = 0;
  readonly #options: TcpProxyOptions;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #frozen = false;
  #swallows = false;
  #untilReset = Infinity;

  constructor(options: TcpProxyOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address ? address.port : 0;
  }

  #accept(client: Socket): void {
    this.accepted++;
    client.on("error", () => {});
    const server = this.#swallows
      ? undefined
      : connect({ port: this.#options.target, host: "127.0.0.1", noDelay: true });
    const pair = { client, server };
    this.#pairs.add(pair);
    client.on("close", () => this.#pairs.delete(pair));
    if (!server) return void client.resume();
    server.on("error", () => client.destroy());
    this.#pump(client, server, (length) => this.#countUp(length), this.#options.upstreamRate);
    this.#pump(server, client, () => {}, undefined);
    client.on("close", () => server.destroy());
    server.on("close", () => this.#later(() => client.destroy()));
  }

  #pump(from: Socket, to: Socket, count: (length: number) => void, rate: number | undefined): void {
    let freeAt = 0;
    from.on("data", (chunk: Buffer) => {
      if (this.#frozen) return;
      count(chunk.length);
      const now = performance.now();
      freeAt = Math.max(freeAt, now) + (rate === undefined ? 0 : (chunk.length / rate) * 1000);
      if (freeAt - now > 200) {
        from.pause();
        setTimeout(() => from.resume(), freeAt - now);
      }
      this.#later(() => {
        if (this.#frozen || to.destroyed) return;
        if (!to.write(chunk)) {
          from.pause();
          to.once("drain", () => from.resume());
        }
      }, freeAt - now);
    });
    from.on("end", () => this.#later(() => to.end()));
  }

  #later(action: () => void, extraMs = 0): void {
    const delay = (this.#options.roundTripMs ?? 0) / 2 + extraMs;
    if (delay <= 0) action();
    else setTimeout(action, delay);
  }

  #countUp(length: number): void {
    this.#untilReset -= length;
    if (this.#untilReset > 0) return;
    this.#untilReset = Infinity;
    this.reset();
  }

  freeze(): void {
    this.#frozen = true;
  }
  thaw(): void {
    this.#frozen = false;
  }
  reset(): void {
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy();
      server?.resetAndDestroy();
    }
  }
  end(): void {
    for (const { client, server } of this.#pairs) {
      client.end();
      server?.end();
    }
  }
  resetAfter(bytes: number): void {
    this.#untilReset = bytes;
  }
  swallow(on: boolean): void {
    this.#swallows = on;
  }
  async close(): Promise<void> {
    this.reset();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
