import { readAll, type ByteStream } from "./byte-stream.ts";
import { ProtocolError, StreamClosed } from "./wire-error.ts";
import { encodeFrame, FLAG, FRAME, FrameReader, type FrameHeader } from "./yamux-frame.ts";
import { YamuxStream, type StreamHost } from "./yamux-stream.ts";

export interface YamuxOptions {
  /** The client's streams have odd numbers, the server's even ones. A plugin is the server. Default `client`. */
  readonly role?: "client" | "server" | undefined;
  /** A stream that the other side opened. */
  readonly onStream: (stream: ByteStream) => void;
  /** Once, when the session is over: in order (`undefined`), or why. No stream of it works any more. */
  readonly onClosed: (reason: string | undefined) => void;
}

/** More open streams than any plugin needs: one that opens more is broken. */
const MAX_STREAMS = 4096;
/** Answers that wait because the other side does not read. Pings can be sent without end. */
const MAX_UNSENT_ANSWERS = 4096;
const GO_AWAY = { normal: 0, protocolError: 1 } as const;

/** Many streams over one connection, as in hashicorp/yamux (spec.md). Pings are answered as they arrive. */
export class YamuxSession implements StreamHost {
  readonly #connection: ByteStream;
  readonly #options: YamuxOptions;
  readonly #streams = new Map<number, YamuxStream>();
  #nextStream: number;
  #unsentAnswers = 0;
  #otherGoesAway = false;
  #isClosed = false;

  constructor(connection: ByteStream, options: YamuxOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#nextStream = options.role === "server" ? 2 : 1;
    void this.#receive();
  }

  /** @throws StreamClosed where the session is over. */
  open(): YamuxStream {
    if (this.#isClosed) throw new StreamClosed("the connection is closed");
    if (this.#otherGoesAway) throw new StreamClosed("the plugin takes no new streams");
    const stream = new YamuxStream(this.#nextStream, this);
    this.#nextStream += 2;
    this.#streams.set(stream.id, stream);
    this.#tell({ type: FRAME.windowUpdate, flags: FLAG.syn, stream: stream.id, length: 0 });
    return stream;
  }

  /** Ends the connection in order: the plugin sees it, and ends as well. */
  close(): void {
    if (this.#isClosed) return;
    this.#over(undefined);
    this.#tell({ type: FRAME.goAway, flags: 0, stream: 0, length: GO_AWAY.normal });
    void this.#connection.end().catch(() => {});
  }

  send(frame: FrameHeader, data?: Uint8Array): Promise<void> {
    return this.#connection.write(encodeFrame(frame, data));
  }

  forget(stream: number): void {
    this.#streams.delete(stream);
  }

  async #receive(): Promise<void> {
    const reader = new FrameReader({
      onFrame: (header) => this.#onFrame(header),
      onData: ({ stream }, bytes) => this.#streams.get(stream)?.receive(bytes),
      onFrameEnd: (header) => this.#onFrameEnd(header),
    });
    try {
      for await (const chunk of readAll(this.#connection)) reader.push(chunk);
      this.#over("the connection was closed by the plugin");
    } catch (error) {
      const length = GO_AWAY.protocolError;
      if (error instanceof ProtocolError) this.#tell({ type: FRAME.goAway, flags: 0, stream: 0, length });
      this.#over(error instanceof Error ? error.message : String(error));
    }
    this.#connection.destroy("the session is over");
  }

  #onFrame(header: FrameHeader): void {
    if (header.type === FRAME.ping) return this.#onPing(header);
    if (header.type === FRAME.goAway) return this.#onGoAway(header);
    if ((header.flags & FLAG.syn) !== 0) this.#onNewStream(header.stream);
    const stream = this.#streams.get(header.stream);
    // A stream we gave up: what was on its way is read and dropped.
    if (!stream) return;
    if (header.type === FRAME.data) stream.expectData(header.length);
    else stream.addCredit(header.length);
  }

  /** A data frame may carry the last bytes of a stream and its end at once. */
  #onFrameEnd({ type, flags, stream: id }: FrameHeader): void {
    const stream = type === FRAME.data || type === FRAME.windowUpdate ? this.#streams.get(id) : undefined;
    if (!stream) return;
    if ((flags & FLAG.fin) !== 0) stream.receiveEnd();
    if ((flags & FLAG.rst) === 0) return;
    this.forget(id);
    stream.break("the plugin broke the stream off");
  }

  #onNewStream(id: number): void {
    if (id === 0 || id % 2 === this.#nextStream % 2)
      throw new ProtocolError(`it opens a stream with the number ${id}, which is ours`);
    if (this.#streams.has(id)) throw new ProtocolError(`it opens the stream ${id} twice`);
    if (this.#streams.size >= MAX_STREAMS) throw new ProtocolError(`it keeps more than ${MAX_STREAMS} streams open`);
    const stream = new YamuxStream(id, this);
    this.#streams.set(id, stream);
    this.#answer({ type: FRAME.windowUpdate, flags: FLAG.ack, stream: id, length: 0 });
    this.#options.onStream(stream);
  }

  #onPing({ flags, length }: FrameHeader): void {
    if ((flags & FLAG.syn) !== 0) this.#answer({ type: FRAME.ping, flags: FLAG.ack, stream: 0, length });
  }

  #onGoAway({ length }: FrameHeader): void {
    if (length !== 0) throw new ProtocolError(`it ended the session with error ${length}`);
    this.#otherGoesAway = true;
  }

  #tell(frame: FrameHeader): void {
    this.send(frame).catch(() => {});
  }

  #answer(frame: FrameHeader): void {
    if (++this.#unsentAnswers > MAX_UNSENT_ANSWERS) throw new ProtocolError("it asks and does not read the answers");
    const sent = (): void => void this.#unsentAnswers--;
    this.send(frame).then(sent, sent);
  }

  #over(reason: string | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const stream of this.#streams.values()) stream.break(reason ?? "the connection was closed");
    this.#streams.clear();
    this.#options.onClosed(reason);
  }
}
