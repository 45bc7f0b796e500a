import { sleep } from "../../../lib/retry.ts";
import { endpoint, type Address, type WinrmSettings } from "../settings.ts";
import { WireFailure } from "./failure.ts";
import { Connection, type Answer, type Chosen, type PostOptions } from "./connection.ts";

const NEWS_MS = 2;

/** The connections to one guest: as many as there are requests at a time, each kept for the next. */
export class Connections {
  readonly url: URL;
  readonly #settings: WinrmSettings;
  readonly #chosen: Chosen = {};
  readonly #idle: Connection[] = [];
  readonly #all = new Set<Connection>();
  #closed = false;

  constructor(settings: WinrmSettings, address: Address) {
    this.#settings = settings;
    this.url = endpoint(settings, address);
  }

  /**
   * A connection on which a request failed is not used again. Servers may close one just when it is used; what is
   * `repeatable` is then asked once more.
   */
  async post(text: string, options: PostOptions & { readonly repeatable: boolean }): Promise<Answer> {
    if (this.#closed) throw new WireFailure("closed", `the connection to ${this.url.host} was closed`);
    const idle = this.#idle.pop();
    if (idle === undefined) return this.#postOn(this.#open(), text, options);
    // News of its end may be about to arrive; it is then made anew.
    if (!options.repeatable) await sleep(NEWS_MS, options.signal);
    try {
      return await this.#postOn(idle, text, options);
    } catch (error) {
      options.signal.throwIfAborted();
      const mayRepeat = options.repeatable && !this.#closed && error instanceof WireFailure && error.kind === "closed";
      if (!mayRepeat) throw error;
      return this.#postOn(this.#open(), text, options);
    }
  }

  async #postOn(connection: Connection, text: string, options: PostOptions): Promise<Answer> {
    try {
      const answer = await connection.post(text, options);
      this.#idle.push(connection);
      return answer;
    } catch (error) {
      this.#all.delete(connection);
      void connection.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#all];
    this.#all.clear();
    this.#idle.length = 0;
    await Promise.all(all.map((connection) => connection.close()));
  }

  #open(): Connection {
    const connection = new Connection(this.url, this.#settings, this.#chosen);
    this.#all.add(connection);
    return connection;
  }
}
