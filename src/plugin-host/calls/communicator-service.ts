import { Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Communicator, ExecOptions, ExecResult } from "../../sdk/communicator.ts";
import type { Broker } from "../wire/broker.ts";
import { readAll, type ByteStream } from "../wire/byte-stream.ts";
import { encodeExitStatus } from "../wire/gob-exit-status.ts";
import type { RpcHandler, RpcRequest } from "../wire/rpc-server.ts";
import { asCount, asMap, asText, type WireMap, type WireValue } from "../wire/wire-value.ts";
import { signalNumber } from "./signal-number.ts";

/** The exit status that stands for a connection that broke, in Packer's SDK. */
export const DISCONNECTED = 2_300_218;

/** Lends a connection to a guest to a plugin: answers the calls of the service `Communicator`. */
export function communicatorService(broker: Broker, communicator: Communicator): RpcHandler {
  return (request) => {
    if (request.service !== "Communicator" || !Object.hasOwn(methods, request.method)) return undefined;
    return methods[request.method]!({ broker, communicator }, request);
  };
}

interface Lent {
  readonly broker: Broker;
  readonly communicator: Communicator;
}

const methods: Readonly<Record<string, (lent: Lent, request: RpcRequest) => Promise<WireValue>>> = {
  Start: start,
  Upload: upload,
  Download: download,
  UploadDir: async ({ communicator }, { argument, signal }) => {
    const { Src, Dst } = asMap(argument, "an upload");
    await communicator.uploadDir(asText(Src, "a path"), asText(Dst, "a path"), { signal });
    return null;
  },
  DownloadDir: async ({ communicator }, { argument, signal }) => {
    const { Src, Dst } = asMap(argument, "a download");
    await communicator.downloadDir(asText(Src, "a path"), asText(Dst, "a path"), { signal });
    return null;
  },
};

interface CommandStreams {
  readonly stdin: ByteStream | undefined;
  readonly stdout: ByteStream | undefined;
  readonly stderr: ByteStream | undefined;
  readonly response: ByteStream;
}

/** Answered as soon as the streams are there; how the command ended comes on a stream of its own. */
async function start({ broker, communicator }: Lent, { argument, signal }: RpcRequest): Promise<WireValue> {
  const fields = asMap(argument, "a command");
  const streams = await dialStreams(broker, fields);
  void run(communicator, streams, { command: asText(fields["Command"], "a command"), signal });
  return null;
}

/** In this order, as the plugin waits for them; a number of 0 stands for a stream that nobody wants. */
async function dialStreams(broker: Broker, fields: WireMap): Promise<CommandStreams> {
  const dial = async (name: string): Promise<ByteStream | undefined> => {
    const id = asCount(fields[name], name);
    return id === 0 ? undefined : broker.dial(id);
  };
  const stdin = await dial("StdinStreamId");
  const stdout = await dial("StdoutStreamId");
  const stderr = await dial("StderrStreamId");
  return { stdin, stdout, stderr, response: await broker.dial(asCount(fields["ResponseStreamId"], "a stream")) };
}

async function run(
  communicator: Communicator,
  streams: CommandStreams,
  { command, signal }: { readonly command: string; readonly signal: AbortSignal },
): Promise<void> {
  const { stdin, stdout, stderr, response } = streams;
  const write = (stream: ByteStream | undefined): ExecOptions["onStdout"] =>
    stream && ((chunk) => stream.write(chunk).catch(() => {}));
  const input = stdin && readableOf(stdin);
  try {
    const options = { signal, stdin: input, onStdout: write(stdout), onStderr: write(stderr) };
    const result = await communicator.exec(command, options);
    await response.write(encodeExitStatus(statusOf(result)));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    await stderr?.write(Buffer.from(`${text}\n`)).catch(() => {});
    await response.write(encodeExitStatus(DISCONNECTED)).catch(() => {});
  } finally {
    input?.destroy();
    // The plugin reads the status after both outputs have ended.
    for (const stream of [response, stdin, stdout, stderr]) await stream?.end().catch(() => {});
    // What the command did not read, nobody will.
    stdin?.destroy("the command has ended");
  }
}

function statusOf(result: ExecResult): number {
  if (result.kind === "exit") return result.code;
  return result.kind === "signal" ? 128 + signalNumber(result.signal) : DISCONNECTED;
}

async function upload({ broker, communicator }: Lent, { argument, signal }: RpcRequest): Promise<WireValue> {
  const fields = asMap(argument, "an upload");
  const stream = await broker.dial(asCount(fields["ReaderStreamId"], "a stream"));
  const source = readableOf(stream);
  try {
    await communicator.upload(source, asText(fields["Path"], "a path"), { signal, ...fileFacts(fields["FileInfo"]) });
    return null;
  } finally {
    source.destroy();
    await stream.end().catch(() => {});
  }
}

/** Go's mode word has the permissions in its lowest bits. */
function fileFacts(info: WireValue | undefined): { readonly mode?: number; readonly size?: number } {
  if (info === null || info === undefined) return {};
  const { M, S } = asMap(info, "the facts of a file");
  return { mode: asCount(M, "a mode") & 0o777, size: asCount(S, "a size") };
}

async function download({ broker, communicator }: Lent, { argument, signal }: RpcRequest): Promise<WireValue> {
  const { Path, WriterStreamId } = asMap(argument, "a download");
  const stream = await broker.dial(asCount(WriterStreamId, "a stream"));
  const to = writableOf(stream);
  try {
    await communicator.download(asText(Path, "a path"), to, { signal });
    await finished(to.end());
    return null;
  } finally {
    await stream.end().catch(() => {});
  }
}

function readableOf(stream: ByteStream): Readable {
  const readable = Readable.from(readAll(stream), { objectMode: false });
  // Whoever reads it is told; that nobody does is no crash.
  readable.on("error", () => {});
  return readable;
}

function writableOf(stream: ByteStream): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => void stream.write(chunk).then(() => done(), done),
    final: (done) => void stream.end().then(() => done(), done),
  });
}
