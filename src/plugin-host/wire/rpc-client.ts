import { readAll, type ByteStream } from "./byte-stream.ts";
import { encodeMessagePack } from "./message-pack-encode.ts";
import { MessagePackDecoder } from "./message-pack-decode.ts";
import { ProtocolError, RemoteError, StreamClosed } from "./wire-error.ts";
import { asCount, asMap, asText, type WireValue } from "./wire-value.ts";

/** Calls functions of the other side. Source: the package net/rpc of Go, and the codec of ugorji/go. */
export interface RpcClient {
  /**
   * Calls are concurrent, their answers come in any order. Rejects with `RemoteError` (the other side's text), or with
   * `StreamClosed` or `ProtocolError` when the answer cannot come any more.
   */
  call(method: string, argument: WireValue): Promise<WireValue>;
  /** No more calls. */
  close(): Promise<void>;
}

interface Pending {
  readonly resolve: (value: WireValue) => void;
  readonly reject: (error: Error) => void;
}

export function createRpcClient(stream: ByteStream): RpcClient {
  const pending = new Map<number, Pending>();
  let nextCall = 0;
  let over: Error | undefined;

  const receive = async (): Promise<void> => {
    const decoder = new MessagePackDecoder();
    const values: WireValue[] = [];
    for await (const bytes of readAll(stream)) {
      values.push(...decoder.push(bytes));
      while (values.length >= 2) settle(pending, values.shift()!, values.shift()!);
    }
    throw new StreamClosed("the plugin closed the connection");
  };
  receive().catch((error: unknown) => {
    over = error instanceof Error ? error : new StreamClosed(String(error));
    if (over instanceof ProtocolError) stream.destroy(over.message);
    for (const { reject } of pending.values()) reject(over);
    pending.clear();
  });

  const send = async (method: string, call: number, argument: WireValue): Promise<void> => {
    const header = encodeMessagePack({ ServiceMethod: method, Seq: call });
    await stream.write(Buffer.concat([header, encodeMessagePack(argument)]));
  };
  return {
    call: (method, argument) =>
      new Promise((resolve, reject) => {
        if (over) return reject(over);
        const call = nextCall++;
        pending.set(call, { resolve, reject });
        send(method, call, argument).catch((error: unknown) => {
          pending.delete(call);
          reject(error instanceof Error ? error : new StreamClosed(String(error)));
        });
      }),
    close: () => stream.end(),
  };
}

function settle(pending: Map<number, Pending>, header: WireValue, body: WireValue): void {
  const fields = asMap(header, "the head of an answer");
  const call = asCount(fields["Seq"], "the number of an answer");
  const error = asText(fields["Error"], "the error of an answer");
  const { resolve, reject } = pending.get(call) ?? {};
  pending.delete(call);
  if (error !== "") reject?.(new RemoteError(error));
  else resolve?.(body);
}
