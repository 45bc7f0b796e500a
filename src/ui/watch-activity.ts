import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Emit } from "../sdk/event.ts";
import type { Clock } from "../sdk/host.ts";

export interface WatchOptions {
  readonly emit: Emit;
  readonly clock: Clock;
  /** The build that is starting something right now. */
  readonly activeBuild: () => string | undefined;
}

interface Begun {
  readonly at: number;
  readonly build: string | undefined;
}

/**
 * For the log files: reports every program that is started, with its exit code and time, and every HTTP request with
 * its status and time, whichever code makes it (Node's channels `child_process`, `http.client.*`, `undici:request:*`).
 * Returns what ends it. Debug events pass the redactor like all others.
 */
export function watchActivity({ emit, clock, activeBuild }: WatchOptions): () => void {
  const begun = new WeakMap<object, Begun>();
  const begin = (): Begun => ({ at: clock.monotonic(), build: activeBuild() });
  const request = (subject: object, method: string, address: string, result: string): void => {
    const { at, build } = begun.get(subject) ?? begin();
    const details = { durationMs: Math.round(clock.monotonic() - at) };
    emit({ kind: "debug", build, topic: "request", text: `${method} ${address}: ${result}`, details });
  };

  const handlers: Readonly<Record<string, (message: never) => void>> = {
    child_process: ({ process }: { process: ChildProcess }) => watchChild(process, begin(), { emit, clock }),
    "http.client.request.start": ({ request: subject }: { request: ClientRequest }) => begun.set(subject, begin()),
    "http.client.response.finish": (message: { request: ClientRequest; response: IncomingMessage }) => {
      request(message.request, message.request.method, urlOf(message.request), String(message.response.statusCode));
    },
    "http.client.request.error": (message: { request: ClientRequest; error: Error }) =>
      request(message.request, message.request.method, urlOf(message.request), message.error.message),
    "undici:request:create": ({ request: subject }: { request: UndiciRequest }) => begun.set(subject, begin()),
    "undici:request:headers": (message: { request: UndiciRequest; response: { statusCode: number } }) =>
      request(message.request, message.request.method, addressOf(message.request), String(message.response.statusCode)),
    "undici:request:error": (message: { request: UndiciRequest; error: Error }) =>
      request(message.request, message.request.method, addressOf(message.request), message.error.message),
  };
  const listeners = Object.entries(handlers).map(([name, handle]) => {
    const listener = (message: unknown): void => handle(message as never);
    subscribe(name, listener);
    return () => unsubscribe(name, listener);
  });
  return () => listeners.forEach((stop) => void stop());
}

interface UndiciRequest {
  readonly origin: string | URL;
  readonly path: string;
  readonly method: string;
}

const urlOf = (request: ClientRequest): string =>
  `${request.protocol}//${String(request.getHeader("host") ?? request.host)}${request.path}`;

const addressOf = ({ origin, path }: UndiciRequest): string => `${String(origin)}${path}`;

function watchChild(
  child: ChildProcess,
  { at, build }: Begun,
  { emit, clock }: Pick<WatchOptions, "emit" | "clock">,
): void {
  const ended = (result: Readonly<Record<string, unknown>>): void =>
    emit({
      kind: "debug",
      build,
      topic: "command",
      text: child.spawnargs.join(" "),
      details: { program: child.spawnfile, ...result, durationMs: Math.round(clock.monotonic() - at) },
    });
  child.once("exit", (code, signal) => ended(signal === null ? { code } : { signal }));
  child.once("error", (error) => ended({ error: error.message }));
}
