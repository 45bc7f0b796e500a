import { endpoint, type Address, type WinrmSettings } from "../settings.ts";
import { WireFailure } from "./failure.ts";
import { Connection, type Answer, type Chosen, type PostOptions } from "./connection.ts";

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

  /** A connection on which a request failed is not used again. */
  async post(text: string, options: PostOptions): Promise<Answer> {
    if (this.#closed) throw new WireFailure("closed", `the connection to ${this.url.host} was closed`);
    const connection = this.#idle.pop() ?? this.#open();
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
