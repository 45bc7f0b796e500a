import { readAll, type ByteStream } from "./byte-stream.ts";
import { encodeMessagePack } from "./message-pack-encode.ts";
import { MessagePackDecoder } from "./message-pack-decode.ts";
import { ProtocolError } from "./wire-error.ts";
import { asCount, asMap, asText, type WireValue } from "./wire-value.ts";

export interface RpcRequest {
  /** Before the last dot of the method: `Communicator`. Names of progress bars may hold dots themselves. */
  readonly service: string;
  readonly method: string;
  readonly argument: WireValue;
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal;
}

/** The answer, or a rejection whose message is sent. `undefined` from a service: it has no such method. */
export type RpcHandler = (request: RpcRequest) => Promise<WireValue> | undefined;

/** Requests under way on one stream. One who sends more waits until some are answered. */
const MAX_UNDER_WAY = 256;

/**
 * Answers calls until the other side ends the stream, each as soon as it is done. Rejects with `StreamClosed` or
 * `ProtocolError` when the stream broke off. Source: the package net/rpc of Go, and the codec of ugorji/go.
 */
export async function serveRpc(stream: ByteStream, handler: RpcHandler): Promise<void> {
  const decoder = new MessagePackDecoder();
  const gone = new AbortController();
  const underWay = new Set<Promise<void>>();
  const values: WireValue[] = [];
  try {
    for await (const bytes of readAll(stream)) {
      values.push(...decoder.push(bytes));
      while (values.length >= 2) {
        const answered = answer(stream, handler, toRequest(values.shift()!, values.shift()!, gone.signal));
        underWay.add(answered);
        void answered.finally(() => underWay.delete(answered));
        if (underWay.size >= MAX_UNDER_WAY) await Promise.race(underWay);
      }
    }
  } catch (error) {
    if (error instanceof ProtocolError) stream.destroy(error.message);
    throw error;
  } finally {
    gone.abort(new Error("the plugin is gone"));
    void stream.end().catch(() => {});
  }
}

interface NumberedRequest extends RpcRequest {
  readonly name: string;
  readonly call: number;
}

function toRequest(header: WireValue, argument: WireValue, signal: AbortSignal): NumberedRequest {
  const fields = asMap(header, "the head of a request");
  const name = asText(fields["ServiceMethod"], "the method of a request");
  const dot = name.lastIndexOf(".");
  const [service, method] = [name.slice(0, Math.max(dot, 0)), name.slice(dot + 1)];
  return { name, service, method, argument, signal, call: asCount(fields["Seq"], "the number of a request") };
}

async function answer(stream: ByteStream, handler: RpcHandler, request: NumberedRequest): Promise<void> {
  const { name: ServiceMethod, call: Seq } = request;
  const reply = (Error: string, body: WireValue): Promise<void> =>
    stream.write(Buffer.concat([encodeMessagePack({ ServiceMethod, Seq, Error }), encodeMessagePack(body)]));
  try {
    const result = await (handler(request) ?? noSuchMethod(ServiceMethod));
    await reply("", result).catch(() => {});
  } catch (error) {
    // The text must not be empty: that would say that all went well.
    const text = (error instanceof Error ? error.message : String(error)) || "unknown error";
    await reply(text, {}).catch(() => {});
  }
}

function noSuchMethod(name: string): never {
  throw new Error(`rpc: can't find method ${name}`);
}
