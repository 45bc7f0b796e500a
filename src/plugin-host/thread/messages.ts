import type { MessagePort } from "node:worker_threads";

/** Where a plugin listens, as its first line says. */
export type PluginAddress =
  | { readonly network: "unix"; readonly path: string }
  | { readonly network: "tcp"; readonly host: string; readonly port: number };

/** To the thread: a connection to make; everything about it goes over a port of its own. */
export interface Connect {
  readonly address: PluginAddress;
  readonly control: MessagePort;
}

/** To the thread, about one connection. `request` numbers the answers; `stream` is one end of the stream that is asked for. */
export type Command =
  | {
      readonly kind: "dial" | "accept";
      readonly request: number;
      readonly id: number;
      readonly calls: boolean;
      readonly stream: MessagePort;
    }
  /** Nobody waits for the answer any more. */
  | { readonly kind: "abandon"; readonly request: number }
  | { readonly kind: "close" };

/** From the thread, about one connection. */
export type Report =
  | { readonly kind: "connected" }
  | { readonly kind: "done"; readonly request: number }
  | { readonly kind: "failed"; readonly request: number; readonly reason: string }
  /** The connection could not be made, or is gone; `undefined`: it was closed as asked. */
  | { readonly kind: "closed"; readonly reason: string | undefined };
