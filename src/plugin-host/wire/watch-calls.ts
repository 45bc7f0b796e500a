import type { ByteStream } from "./byte-stream.ts";
import { MessagePackDecoder } from "./message-pack-decode.ts";
import { asText, isMap, type WireValue } from "./wire-value.ts";

/**
 * The same stream, on which net/rpc is spoken, telling of each message as its bytes are read: the method, and the
 * argument or result. What is no net/rpc is left for its real reader to refuse.
 */
export function watchCalls(stream: ByteStream, onMessage: (method: string, body: WireValue) => void): ByteStream {
  const decoder = new MessagePackDecoder();
  let method: string | undefined;
  let isReadable = true;

  const take = (value: WireValue): void => {
    if (method === undefined) {
      method = isMap(value) ? asText(value["ServiceMethod"], "the method") : "";
    } else {
      onMessage(method, value);
      method = undefined;
    }
  };
  const look = (bytes: Uint8Array): void => {
    try {
      for (const value of decoder.push(bytes)) take(value);
    } catch {
      isReadable = false;
    }
  };
  return {
    read: async (limit) => {
      const bytes = await stream.read(limit);
      if (bytes && isReadable) look(bytes);
      return bytes;
    },
    write: (bytes) => stream.write(bytes),
    end: () => stream.end(),
    destroy: (reason) => stream.destroy(reason),
  };
}
