import { escapeXml, findElement, findElements } from "../../../lib/xml.ts";
import { BuildError } from "../../../sdk/error.ts";
import { element, type WsmanClient } from "./client.ts";
import { STATE, TERMINATE } from "./names.ts";

/** UTF-8, so that output means the same on every Windows. */
const CODE_PAGE = "65001";
/** A machine that has just started may take long for its first shell. */
const CREATE_TIMEOUT_MS = 60_000;

export async function createShell(client: WsmanClient, signal: AbortSignal): Promise<string> {
  const body = element("Shell", element("InputStreams", "stdin") + element("OutputStreams", "stdout stderr"));
  const options = { WINRS_NOPROFILE: "FALSE", WINRS_CODEPAGE: CODE_PAGE };
  const envelope = await client.ask({ action: "create", options, body, timeoutMs: CREATE_TIMEOUT_MS }, signal);
  const selector = findElements(envelope, "Selector").find(({ attributes }) => attributes["Name"] === "ShellId");
  return required(selector?.text ?? findElement(envelope, "ShellId")?.text, "a shell");
}

export async function deleteShell(client: WsmanClient, shellId: string, signal: AbortSignal): Promise<void> {
  await client.ask({ action: "delete", shellId, body: "" }, signal);
}

/** Starts a command line, read by cmd.exe. Its input is a pipe where there is any, as programs expect of data. */
export async function startCommand(
  client: WsmanClient,
  { shellId, command, hasInput }: { readonly shellId: string; readonly command: string; readonly hasInput: boolean },
  signal: AbortSignal,
): Promise<string> {
  const options = { WINRS_CONSOLEMODE_STDIN: hasInput ? "FALSE" : "TRUE", WINRS_SKIP_CMD_SHELL: "FALSE" };
  const body = element("CommandLine", element("Command", escapeXml(command)));
  const envelope = await client.ask(
    { action: "command", shellId, options, body, timeoutMs: CREATE_TIMEOUT_MS },
    signal,
  );
  return required(findElement(envelope, "CommandId")?.text, "a command");
}

/** What a command is called by. */
export interface CommandHandle {
  readonly shellId: string;
  readonly commandId: string;
}

export async function sendInput(
  client: WsmanClient,
  { shellId, commandId }: CommandHandle,
  input: { readonly data: Uint8Array; readonly end: boolean },
  signal: AbortSignal,
): Promise<void> {
  const text = Buffer.from(input.data).toString("base64");
  const attributes = { Name: "stdin", CommandId: commandId, ...(input.end ? { End: "true" } : {}) };
  const body = element("Send", element("Stream", text, attributes));
  await client.ask({ action: "send", shellId, body, timeoutMs: CREATE_TIMEOUT_MS }, signal);
}

export interface Received {
  readonly output: readonly { readonly stream: "stdout" | "stderr"; readonly data: Buffer }[];
  /** The command has ended, with this status. */
  readonly exitCode: number | undefined;
}

/** Waits for output, at most so long; a WsmanFault (`timedOut`) where there was none. */
export async function receiveOutput(
  client: WsmanClient,
  { shellId, commandId }: CommandHandle,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Received> {
  const body = element("Receive", element("DesiredStream", "stdout stderr", { CommandId: commandId }));
  const envelope = await client.ask({ action: "receive", shellId, body, timeoutMs }, signal);
  const output = findElements(envelope, "Stream").flatMap(({ attributes, text }) => {
    const data = Buffer.from(text, "base64");
    const stream = attributes["Name"] === "stderr" ? ("stderr" as const) : ("stdout" as const);
    return data.length === 0 ? [] : [{ stream, data }];
  });
  const state = findElement(envelope, "CommandState");
  const done = state?.attributes["State"] === `${STATE}/Done`;
  return { output, exitCode: done ? exitCodeOf(findElement(state, "ExitCode")?.text) : undefined };
}

/** Windows counts without a sign; what is above 2^31 is written so, and negative by some. */
function exitCodeOf(text: string | undefined): number {
  const code = Number(text ?? "0");
  return code < 0 ? code + 2 ** 32 : code;
}

/** Ends a command that runs, or frees what the server keeps of one that has ended. */
export async function signalCommand(
  client: WsmanClient,
  { shellId, commandId }: CommandHandle,
  signal: AbortSignal,
  code = TERMINATE,
): Promise<void> {
  const body = element("Signal", element("Code", code), { CommandId: commandId });
  await client.ask({ action: "signal", shellId, body }, signal);
}

function required(text: string | undefined, what: string): string {
  const id = text?.trim() ?? "";
  if (id !== "") return id;
  throw new BuildError(`WinRM started ${what}, but does not say what it is called`, {
    hint: "What answers at this address does not keep to the WS-Management protocol. Is it really Windows?",
  });
}
