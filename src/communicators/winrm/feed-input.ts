import type { ExecOptions } from "../../sdk/communicator.ts";
import { BuildError } from "../../sdk/error.ts";
import { WireFailure } from "./wire/failure.ts";
import type { WsmanClient } from "./wsman/client.ts";
import { WsmanFault } from "./wsman/fault.ts";
import { sendInput, type CommandHandle } from "./wsman/shell.ts";

/** What stands around the data in a request. */
const AROUND = 4096;
const SMALLEST_ENVELOPE = 16 * 1024;

/**
 * Writes a command's input, in pieces as large as the server takes, each once the one before has arrived. A command that
 * ends without reading all of it is no failure.
 */
export async function feedInput(
  client: WsmanClient,
  handle: CommandHandle,
  stdin: NonNullable<ExecOptions["stdin"]>,
  signal: AbortSignal,
): Promise<void> {
  const input = pieces(stdin, () => Math.floor((client.maxEnvelope - AROUND) * 0.75));
  for (let next = await take(input); ;) {
    const piece = next;
    next = piece === undefined ? undefined : await take(input);
    const end = next === undefined;
    if (!(await send(client, handle, { data: piece ?? Buffer.alloc(0), end }, signal)) || end) return;
  }
}

/** False when the command takes nothing more. */
async function send(
  client: WsmanClient,
  handle: CommandHandle,
  { data, end }: { readonly data: Buffer; readonly end: boolean },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await sendInput(client, handle, { data, end }, signal);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof WsmanFault) return false;
    if (!(error instanceof WireFailure) || error.kind !== "too-large" || data.length < 1024) throw error;
    client.maxEnvelope = Math.max(SMALLEST_ENVELOPE, Math.floor(client.maxEnvelope / 2));
    const half = Math.ceil(data.length / 2);
    const first = await send(client, handle, { data: data.subarray(0, half), end: false }, signal);
    return first && (await send(client, handle, { data: data.subarray(half), end }, signal));
  }
}

/** Joins what is small and cuts what is large. */
async function* pieces(stdin: NonNullable<ExecOptions["stdin"]>, limit: () => number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunksOf(stdin)) {
    held.push(chunk);
    size += chunk.length;
    while (size >= limit()) {
      const joined = Buffer.concat(held);
      const cut = limit();
      yield joined.subarray(0, cut);
      held = [joined.subarray(cut)];
      size = joined.length - cut;
    }
  }
  if (size > 0) yield Buffer.concat(held);
}

async function* chunksOf(stdin: NonNullable<ExecOptions["stdin"]>): AsyncGenerator<Buffer> {
  if (typeof stdin === "string" || stdin instanceof Uint8Array) {
    yield Buffer.from(stdin as Uint8Array);
    return;
  }
  for await (const chunk of stdin as AsyncIterable<Buffer | string>) yield Buffer.from(chunk as Buffer);
}

async function take(input: AsyncGenerator<Buffer>): Promise<Buffer | undefined> {
  try {
    const { value, done } = await input.next();
    return done === true ? undefined : value;
  } catch (cause) {
    if (cause instanceof BuildError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BuildError(`Could not read what was to be sent to the machine: ${why}`, { cause });
  }
}
