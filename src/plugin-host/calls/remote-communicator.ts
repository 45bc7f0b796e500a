import { basename } from "node:path";
import { Readable, type Writable } from "node:stream";
import type {
  Communicator,
  ExecOptions,
  ExecResult,
  TransferOptions,
  UploadOptions,
  UploadSource,
} from "../../sdk/communicator.ts";
import type { Peer } from "../process/plugin-process.ts";
import { readAll, type ByteStream } from "../wire/byte-stream.ts";
import { readExitStatus } from "../wire/gob-exit-status.ts";
import type { RpcClient } from "../wire/rpc-client.ts";
import type { WireMap, WireValue } from "../wire/wire-value.ts";
import { DISCONNECTED } from "./communicator-service.ts";

/** The connection to the guest that a builder of a plugin made, for provisioners of ours. */
export function remoteCommunicator(peer: Peer, service: RpcClient, address: string): Communicator {
  const remote = new Remote(peer, service);
  return {
    address,
    exec: (command, options) => exec(remote, command, options),
    upload: (source, path, options) => upload(remote, { source, path }, options),
    download: (path, to, options) => download(remote, { path, to }, options),
    uploadDir: (from, to, options) => remote.copyDirectory("UploadDir", { Src: from, Dst: to }, options),
    downloadDir: (from, to, options) => remote.copyDirectory("DownloadDir", { Src: from, Dst: to }, options),
    close: () => Promise.resolve(),
  };
}

/** Calls of the plugin's communicator, each with streams of its own. */
class Remote {
  readonly #peer: Peer;
  readonly #service: RpcClient;

  constructor(peer: Peer, service: RpcClient) {
    this.#peer = peer;
    this.#service = service;
  }

  /** Announces streams, runs `body`, and breaks off what is left of them when it is done or the signal aborts. */
  async withStreams<Result>(
    signal: AbortSignal,
    body: (announce: () => Announced) => Promise<Result>,
  ): Promise<Result> {
    signal.throwIfAborted();
    const over = new AbortController();
    const opened: ByteStream[] = [];
    const announce = (): Announced => {
      const id = this.#peer.broker.nextId();
      const stream = this.#peer.broker.accept(id, { signal: over.signal }).then((accepted) => {
        opened.push(accepted);
        return accepted;
      });
      stream.catch(() => {});
      return { id, stream };
    };
    try {
      return await Promise.race([body(announce), rejectOnAbort(signal, over.signal)]);
    } catch (error) {
      signal.throwIfAborted();
      throw await this.#peer.explain(error, "was connected to the machine");
    } finally {
      over.abort();
      for (const stream of opened) {
        void stream.end().catch(() => {});
        stream.destroy("it is not needed any more");
      }
    }
  }

  call(method: string, argument: WireValue): Promise<WireValue> {
    return this.#service.call(`Communicator.${method}`, argument);
  }

  /** The plugin reads and writes the paths of this machine itself. */
  async copyDirectory(method: "UploadDir" | "DownloadDir", paths: WireMap, { signal }: TransferOptions): Promise<void> {
    await this.withStreams(signal, () => this.call(method, { ...paths, Exclude: null }));
  }
}

interface Announced {
  readonly id: number;
  readonly stream: Promise<ByteStream>;
}

function rejectOnAbort(signal: AbortSignal, until: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true, signal: until });
  });
}

function exec(remote: Remote, command: string, options: ExecOptions): Promise<ExecResult> {
  return remote.withStreams(options.signal, async (announce) => {
    // Not an empty stream where there is no input: some commands act differently then.
    const stdin = options.stdin === undefined ? undefined : announce();
    const [stdout, stderr, response] = [announce(), announce(), announce()];
    const input = stdin && send(stdin.stream, toReadable(options.stdin!));
    const outputs = [receive(stdout.stream, options.onStdout), receive(stderr.stream, options.onStderr)];
    const status = response.stream.then(readExitStatus);
    // A command may end without having read its input; the others are met below, if nothing fails before.
    for (const promise of [input, status, ...outputs]) promise?.catch(() => {});
    await remote.call("Start", {
      Command: command,
      StdinStreamId: stdin?.id ?? 0,
      StdoutStreamId: stdout.id,
      StderrStreamId: stderr.id,
      ResponseStreamId: response.id,
    });
    await Promise.all(outputs);
    const code = await status;
    if (code === DISCONNECTED) return { kind: "disconnect", reason: "the plugin lost the connection to the machine" };
    return { kind: "exit", code };
  });
}

interface Upload {
  readonly source: UploadSource;
  readonly path: string;
}

function upload(remote: Remote, { source, path }: Upload, options: UploadOptions): Promise<void> {
  return remote.withStreams(options.signal, async (announce) => {
    const { id, stream } = announce();
    const body = toReadable(typeof source === "function" ? source() : source);
    const size = options.size ?? (source instanceof Uint8Array ? source.length : undefined);
    let done = 0;
    const onPiece = (bytes: number): void => options.onProgress?.((done += bytes), size);
    const sent = send(stream, body, onPiece);
    sent.catch(() => {});
    const info = size === undefined ? null : fileInfo(path, size, options.mode ?? 0o644);
    await remote.call("Upload", { Path: path, ReaderStreamId: id, FileInfo: info });
    await sent;
  });
}

/** A plugin asks for the size of what it is given facts about, so that there are none where it is not known. */
function fileInfo(path: string, size: number, mode: number): WireMap {
  return { N: basename(path), S: size, M: mode, T: new Date(0) };
}

interface Download {
  readonly path: string;
  readonly to: Writable;
}

function download(remote: Remote, { path, to }: Download, options: TransferOptions): Promise<void> {
  return remote.withStreams(options.signal, async (announce) => {
    const { id, stream } = announce();
    let done = 0;
    const received = receive(stream, async (chunk) => {
      options.onProgress?.((done += chunk.length), undefined);
      await written(to, chunk);
    });
    received.catch(() => {});
    await remote.call("Download", { Path: path, WriterStreamId: id });
    await received;
  });
}

function written(to: Writable, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write(chunk, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

function toReadable(source: Exclude<ExecOptions["stdin"], undefined>): Readable {
  if (source instanceof Readable) return source;
  return Readable.from([typeof source === "string" ? Buffer.from(source) : source], { objectMode: false });
}

async function send(to: Promise<ByteStream>, from: Readable, onPiece?: (bytes: number) => void): Promise<void> {
  const stream = await to;
  for await (const chunk of from as AsyncIterable<Buffer>) {
    await stream.write(chunk);
    onPiece?.(chunk.length);
  }
  await stream.end();
}

async function receive(from: Promise<ByteStream>, onChunk: ExecOptions["onStdout"]): Promise<void> {
  for await (const bytes of readAll(await from)) {
    await onChunk?.(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  }
}
