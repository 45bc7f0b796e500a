import type { ExecOptions, ExecResult } from "../../sdk/communicator.ts";
import { BuildError } from "../../sdk/error.ts";
import { feedInput } from "./feed-input.ts";
import { WireFailure } from "./wire/failure.ts";
import { isShellGone, type WsmanClient } from "./wsman/client.ts";
import { WsmanFault } from "./wsman/fault.ts";
import { faultCodes } from "./wsman/names.ts";
import { receiveOutput, signalCommand, startCommand, type CommandHandle, type Received } from "./wsman/shell.ts";

/** The server answers at least so often while a command is silent. */
const RECEIVE_MS = 20_000;
/** A server that did not is asked whether it is there at all. */
const ALIVE_MS = 6000;
const STOP_MS = 3000;

/**
 * Runs one command in a shell of the guest. Resolves when it has ended and its output was handed over, or with
 * `disconnect` when the link is lost (a machine that vanished is noticed within 40 seconds). Rejects when it could not be
 * started, when its input fails, and with the abort reason once the command was told to end.
 */
export async function execInShell(
  client: WsmanClient,
  shellId: string,
  command: string,
  options: ExecOptions,
): Promise<ExecResult> {
  const { signal, stdin } = options;
  const commandId = await startCommand(client, { shellId, command, hasInput: stdin !== undefined }, signal);
  const handle = { shellId, commandId };
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const feeding = stdin === undefined ? neverFails : feedInput(client, handle, stdin, both);
  feeding.catch(() => {});
  try {
    const receiving = receiveAll(client, handle, options, both);
    receiving.catch(() => {});
    const broken = feeding.then(() => receiving);
    const result = await Promise.race([receiving, broken]);
    return result;
  } catch (error) {
    if (signal.aborted || !(error instanceof WireFailure)) await stop(client, handle);
    else void stop(client, handle);
    if (!signal.aborted && error instanceof WireFailure) {
      return { kind: "disconnect", reason: error.message, ...(stdin === undefined ? {} : { inputUnsent: true }) };
    }
    throw error;
  } finally {
    ended.abort(new Error("the command has ended"));
  }
}

const neverFails = Promise.resolve();

/** Until the command is done. While a receiver is busy nothing more is asked for, so that the guest is held back. */
async function receiveAll(
  client: WsmanClient,
  handle: CommandHandle,
  { onStdout, onStderr }: ExecOptions,
  signal: AbortSignal,
): Promise<ExecResult> {
  for (;;) {
    const received = await receiveOnce(client, handle, signal);
    if ("kind" in received) return received;
    for (const { stream, data } of received.output) {
      const receive = stream === "stdout" ? onStdout : onStderr;
      await receive?.(data);
    }
    if (received.exitCode !== undefined) return { kind: "exit", code: received.exitCode };
  }
}

const nothing: Received = { output: [], exitCode: undefined };

async function receiveOnce(
  client: WsmanClient,
  handle: CommandHandle,
  signal: AbortSignal,
): Promise<Received | ExecResult> {
  try {
    return await receiveOutput(client, handle, { timeoutMs: RECEIVE_MS, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof WsmanFault) return afterFault(error);
    if (!(error instanceof WireFailure)) throw error;
    const lost = { kind: "disconnect", reason: error.message } as const;
    // An answer that was cut took output with it: what remains would not be the command's own words.
    if (error.kind === "cut") return lost;
    return (await isAlive(client, signal)) ? nothing : lost;
  }
}

function afterFault(fault: WsmanFault): Received | ExecResult {
  if (fault.code === faultCodes.timedOut) return nothing;
  if (isShellGone(fault)) return { kind: "disconnect", reason: "the machine, or its WinRM service, was restarted" };
  if (fault.code === faultCodes.aborted) return { kind: "disconnect", reason: "the machine has ended the command" };
  return { kind: "disconnect", reason: fault.message };
}

/** Asked by a new question of a few seconds, whatever hangs. */
export async function isAlive(client: WsmanClient, signal: AbortSignal): Promise<boolean> {
  try {
    await client.identify(AbortSignal.any([signal, AbortSignal.timeout(ALIVE_MS)]), ALIVE_MS);
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

/** Ends what still runs; best effort, so that a machine that is gone holds nobody up. */
async function stop(client: WsmanClient, handle: CommandHandle): Promise<void> {
  try {
    await signalCommand(client, handle, AbortSignal.timeout(STOP_MS));
  } catch {
    // It ended by itself, or with its machine.
  }
}

/** The words of the guest's own refusal to start something. */
export function startFailure(what: string, error: unknown): BuildError {
  if (error instanceof BuildError) return error;
  const why = error instanceof Error ? error.message : String(error);
  const denied = error instanceof WsmanFault && error.code === faultCodes.accessDenied;
  return new BuildError(`Could not ${what}: ${why}`, {
    cause: error,
    hint: denied ? "The user has to be an administrator, or a member of Remote Management Users." : undefined,
  });
}
