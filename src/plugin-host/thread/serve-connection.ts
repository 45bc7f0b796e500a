import type { MessagePort } from "node:worker_threads";
import type { Broker } from "../wire/broker.ts";
import { pipe, type ByteStream } from "../wire/byte-stream.ts";
import { createBroker } from "../wire/yamux-broker.ts";
import type { Command, Connect, Report } from "./messages.ts";
import { portStream } from "./port-stream.ts";
import { connectSocket } from "./socket-stream.ts";

/** The thread's side of one connection to a plugin: does what comes over its port. */
export async function serveConnection({ address, control }: Connect, connectTo = connectSocket): Promise<void> {
  const report = (message: Report): void => control.postMessage(message);
  try {
    serveBroker(createBroker(await connectTo(address)), control);
    report({ kind: "connected" });
  } catch (error) {
    report({ kind: "closed", reason: reasonOf(error) });
    control.close();
  }
}

function serveBroker(broker: Broker, control: MessagePort): void {
  const report = (message: Report): void => control.postMessage(message);
  const waiting = new Map<number, AbortController>();
  const connectStream = async (command: Extract<Command, { kind: "dial" | "accept" }>): Promise<void> => {
    const { request, stream: port } = command;
    const abandoned = new AbortController();
    waiting.set(request, abandoned);
    try {
      join(await open(broker, command, abandoned.signal), portStream(port));
      report({ kind: "done", request });
    } catch (error) {
      port.close();
      report({ kind: "failed", request, reason: reasonOf(error) });
    } finally {
      waiting.delete(request);
    }
  };
  control.on("message", (command: Command) => {
    if (command.kind === "close") broker.close();
    else if (command.kind === "abandon") waiting.get(command.request)?.abort();
    else void connectStream(command);
  });
  // The main thread let go of it, or is gone.
  control.once("close", () => broker.close());
  void broker.closed.then((reason) => {
    report({ kind: "closed", reason });
    control.close();
  });
}

function open(
  broker: Broker,
  { kind, id, calls }: Extract<Command, { kind: "dial" | "accept" }>,
  signal: AbortSignal,
): Promise<ByteStream> {
  return kind === "dial" ? broker.dial(id, { calls }) : broker.accept(id, { calls, signal });
}

function join(one: ByteStream, other: ByteStream): void {
  void pipe(one, other);
  void pipe(other, one);
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
