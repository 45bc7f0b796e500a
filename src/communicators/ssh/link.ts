import type { Client } from "ssh2";
import { errorMessage } from "../../lib/error-text.ts";
import { BuildError, ConnectionLost } from "../../sdk/error.ts";
import type { LoggedIn } from "./log-in.ts";
import { CommandChannels, type AskServer, type ChannelConnection } from "./command-channels.ts";
import type { SshSettings } from "./settings.ts";

/** One authenticated connection, watched until it dies. */
export class SshLink implements ChannelConnection {
  readonly client: Client;
  readonly hostKey: Buffer;
  /** Resolves with the reason when the connection is gone. Never rejects. */
  readonly dead: Promise<string>;
  readonly channels: CommandChannels;
  /** Scripts of the Bourne family can be run; `undefined` until somebody has looked. */
  posix: boolean | undefined;
  /** See `GuestFacts`. */
  foreignShell = false;
  fixedAnswer: string | undefined;
  readonly #settings: SshSettings;
  readonly #socket: LoggedIn["socket"];
  #reason: string | undefined;
  #die!: (reason: string) => void;
  #lastLife = performance.now();
  #backlog = 0;
  readonly #watch: NodeJS.Timeout | undefined;

  constructor({ client, socket, hostKey }: LoggedIn, settings: SshSettings) {
    this.client = client;
    this.hostKey = hostKey;
    this.channels = new CommandChannels(this);
    this.#settings = settings;
    this.#socket = socket;
    this.dead = new Promise((resolve) => {
      this.#die = (reason) => {
        if (this.#reason !== undefined) return;
        this.#reason = reason;
        clearInterval(this.#watch);
        resolve(reason);
        client.destroy();
        socket.destroy();
      };
    });
    client.on("error", (error) => this.#die(errorMessage(error)));
    client.on("close", () => this.#die("the connection was closed by the machine"));
    socket.on("data", () => (this.#lastLife = performance.now()));
    if (settings.keepAliveMs !== undefined) {
      this.#watch = setInterval(() => this.#checkLife(settings.keepAliveMs!), Math.min(settings.keepAliveMs / 4, 1000));
      this.#watch.unref();
    }
  }

  /** How long nothing was heard from the other side. */
  get silentMs(): number {
    return performance.now() - this.#lastLife;
  }

  get alive(): boolean {
    return this.#reason === undefined;
  }

  /**
   * Opens a channel or waits for another answer of the server, with the deadline for silence. Rejects with ConnectionLost when
   * the connection is or gets lost, and kills the connection when the server does not answer.
   */
  async ask<Answer>(what: string, question: AskServer<Answer>, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    if (!this.alive) throw this.lost(what);
    const limitMs = this.#settings.silenceLimitMs;
    return new Promise<Answer>((resolve, reject) => {
      const deadline = setInterval(
        () => {
          if (performance.now() - Math.max(asked, this.#lastLife) < limitMs) return;
          this.#die(`the server did not answer for ${Math.round(limitMs / 1000)} s`);
        },
        Math.min(limitMs, 500),
      );
      const asked = performance.now();
      const finish = (settle: () => void) => {
        clearInterval(deadline);
        signal.removeEventListener("abort", abort);
        settle();
      };
      const abort = () => finish(() => reject(signal.reason as Error));
      signal.addEventListener("abort", abort, { once: true });
      void this.dead.then(() => finish(() => reject(this.lost(what))));
      try {
        question((error, value) =>
          finish(() => {
            if (error) reject(this.#refusal(what, error));
            else resolve(value);
          }),
        );
      } catch (error) {
        // ssh2 throws where the socket is closing already.
        this.#die(errorMessage(error));
      }
    });
  }

  lost(what: string): ConnectionLost {
    const reason = this.#reason ?? "unknown reason";
    return new ConnectionLost(`Could not ${what}: the connection to the machine was lost (${reason})`);
  }

  #refusal(what: string, cause: Error): BuildError {
    if (!this.alive) return this.lost(what);
    return new BuildError(`Could not ${what}: ${errorMessage(cause)}`, { cause });
  }

  /** Ends the connection, politely but at once. */
  close(reason = "closed"): void {
    this.client.end();
    this.#die(reason);
  }

  /** Cuts the connection without telling the other side. */
  cut(reason: string): void {
    this.#die(reason);
  }

  /**
   * Anything the server says is a sign of life, and so is a draining backlog of our own: a slow link under load answers
   * late, a dead one does neither.
   */
  #checkLife(keepAliveMs: number): void {
    const backlog = this.#socket.writableLength;
    if (backlog < this.#backlog) this.#lastLife = performance.now();
    this.#backlog = backlog;
    const { silentMs } = this;
    if (silentMs < MISSED_ANSWERS * keepAliveMs + keepAliveMs / 2) return;
    this.#die(`the machine has not answered for ${Math.round(silentMs / 1000)} s`);
  }
}

/** With one question every 10 s, a frozen peer is noticed after 35 s. */
const MISSED_ANSWERS = 3;
