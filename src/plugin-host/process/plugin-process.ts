import type { Broker } from "../wire/broker.ts";
import { createRpcClient, type RpcClient } from "../wire/rpc-client.ts";
import { RemoteError } from "../wire/wire-error.ts";
import type { WireValue } from "../wire/wire-value.ts";
import { BuildError } from "../../sdk/error.ts";
import type { OwnedProcess } from "../../owned/owned-process.ts";
import type { Child } from "./child.ts";
import { crashError } from "./plugin-failure.ts";
import type { LogLine } from "./plugin-log.ts";
import { RefusedByPlugin } from "./refused-by-plugin.ts";
import type { Launched } from "./start-plugin.ts";

/** What the other side of a connection to a plugin needs to know of it. */
export interface Peer {
  readonly broker: Broker;
  /**
   * What to tell the user of a failed call: the plugin's own words, or, where it is gone, how it ended and what it
   * wrote last. `doing` completes "while it …".
   */
  explain(error: unknown, doing: string): Promise<Error>;
}

interface CallOptions {
  /** Completes "while it …" for a plugin that dies meanwhile. */
  readonly doing: string;
  readonly signal?: AbortSignal | undefined;
  /** A plugin that has not answered by then is ended. Default: no limit. */
  readonly limitMs?: number | undefined;
}

/** One component of a plugin in a process of its own. */
export interface PluginProcess extends Peer {
  readonly pid: number;
  /** `The plugin "docker" (builder)`. */
  readonly what: string;
  /** Calls the component. Rejects as `explain` says, and with the reason of `signal`. */
  call(method: string, argument: WireValue, options: CallOptions): Promise<WireValue>;
  /** The last lines of its log. */
  log(): readonly LogLine[];
  /** It belongs to a run from now on: `owned` is its line in the journal, and `onLog` hears its log from the beginning. */
  adopt(owned: OwnedProcess, onLog: (line: LogLine) => void): void;
  /** Closes the connection, on which a plugin ends by itself; kills it with all it started when that takes over 5 s. */
  stop(): Promise<void>;
  /** Ends it at once, with all it started; it cleans up nothing. */
  kill(): Promise<void>;
}

const STOP_MS = 5_000;
/** Between the end of the connection and that of the process. */
const END_MS = 2_000;

export async function connectService(
  launched: Launched,
  { what, owned }: { readonly what: string; readonly owned?: OwnedProcess | undefined },
): Promise<PluginProcess> {
  const service = createRpcClient(await launched.broker.dial(0, { calls: true }));
  return new ConnectedPlugin(launched, { what, owned, service });
}

interface Parts {
  readonly what: string;
  readonly owned: OwnedProcess | undefined;
  readonly service: RpcClient;
}

class ConnectedPlugin implements PluginProcess {
  readonly #launched: Launched;
  readonly #parts: Parts;
  #owned: OwnedProcess | undefined;
  #stopped: Promise<void> | undefined;

  constructor(launched: Launched, parts: Parts) {
    this.#launched = launched;
    this.#parts = parts;
    this.#owned = parts.owned;
  }

  get pid(): number {
    return this.#child.pid;
  }

  get what(): string {
    return this.#parts.what;
  }

  get broker(): Broker {
    return this.#launched.broker;
  }

  get #child(): Child {
    return this.#launched.child;
  }

  log(): readonly LogLine[] {
    return this.#launched.log.lines;
  }

  async call(method: string, argument: WireValue, options: CallOptions): Promise<WireValue> {
    const { doing, signal, limitMs } = options;
    signal?.throwIfAborted();
    const over = new AbortController();
    try {
      const answer = this.#parts.service.call(method, argument);
      return await Promise.race([answer, this.#interrupted(options, over.signal)]);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof TimeOver)) throw await this.explain(error, doing);
      await this.kill();
      throw new BuildError(`${this.what} did not answer within ${limitMs! / 1000} s while it ${doing}`, {
        hint: "It was ended.",
      });
    } finally {
      over.abort();
    }
  }

  /** Never resolves. */
  #interrupted({ signal, limitMs }: CallOptions, until: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      const timer = limitMs === undefined ? undefined : setTimeout(() => reject(new TimeOver()), limitMs);
      until.addEventListener("abort", () => clearTimeout(timer), { once: true });
      const onAbort = (): void => reject(signal!.reason as Error);
      signal?.addEventListener("abort", onAbort, { once: true, signal: until });
    });
  }

  async explain(error: unknown, doing: string): Promise<Error> {
    if (error instanceof RemoteError) return new RefusedByPlugin(error.message.trim());
    if (error instanceof BuildError) return error;
    const gone = this.#child.drained.then(() => this.#child.ended);
    const ended = await Promise.race([gone, after(END_MS)]);
    return crashError({ what: this.what, doing, ended, log: this.log(), cause: error });
  }

  adopt(owned: OwnedProcess, onLog: (line: LogLine) => void): void {
    this.#owned = owned;
    this.#launched.log.follow(onLog);
  }

  stop(): Promise<void> {
    return (this.#stopped ??= this.#end(STOP_MS));
  }

  async kill(): Promise<void> {
    this.#child.kill();
    await this.stop();
  }

  async #end(patienceMs: number): Promise<void> {
    this.broker.close();
    await Promise.race([this.#child.ended, after(patienceMs)]);
    this.#child.kill();
    await this.#child.drained;
    await this.#owned?.ended();
  }
}

class TimeOver extends Error {}

/** Does not keep the process alive. */
function after(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms).unref());
}
