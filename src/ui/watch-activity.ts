import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Emit } from "../sdk/event.ts";
import type { Clock } from "../sdk/host.ts";

/**
 * For the debug log: tells of every program that is started, with its exit code and time, and of every HTTP request with
 * its status and time, whoever makes it (Node's diagnostics channels `child_process`, `http.client.*`, `undici:request:*`).
 * Returns what ends it. Debug events pass the redactor like all others.
 */
export function watchActivity(emit: Emit, clock: Clock): () => void {
  const begun = new WeakMap<object, number>();
  const since = (subject: object): number => Math.round(clock.monotonic() - (begun.get(subject) ?? clock.monotonic()));
  const request = (subject: object, method: string, address: string, result: string): void =>
    emit({
      kind: "debug",
      topic: "request",
      text: `${method} ${address}: ${result}`,
      details: { durationMs: since(subject) },
    });

  const handlers: Readonly<Record<string, (message: never) => void>> = {
    child_process: ({ process }: { process: ChildProcess }) => watchChild(process, emit, clock),
    "http.client.request.start": ({ request: subject }: { request: ClientRequest }) =>
      begun.set(subject, clock.monotonic()),
    "http.client.response.finish": (message: { request: ClientRequest; response: IncomingMessage }) => {
      const { method, host, path } = message.request;
      request(message.request, method, `${host}${path}`, String(message.response.statusCode));
    },
    "undici:request:create": ({ request: subject }: { request: UndiciRequest }) =>
      begun.set(subject, clock.monotonic()),
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

const addressOf = ({ origin, path }: UndiciRequest): string => `${String(origin)}${path}`;

function watchChild(child: ChildProcess, emit: Emit, clock: Clock): void {
  const started = clock.monotonic();
  const ended = (result: Readonly<Record<string, unknown>>): void =>
    emit({
      kind: "debug",
      topic: "command",
      text: child.spawnargs.join(" "),
      details: { program: child.spawnfile, ...result, durationMs: Math.round(clock.monotonic() - started) },
    });
  child.once("exit", (code, signal) => ended(signal === null ? { code } : { signal }));
  child.once("error", (error) => ended({ error: error.message }));
}
