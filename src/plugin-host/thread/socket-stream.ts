import { connect, type Socket } from "node:net";
import type { ByteStream } from "../wire/byte-stream.ts";
import { StreamBuffer } from "../wire/stream-buffer.ts";
import { StreamClosed } from "../wire/wire-error.ts";
import type { PluginAddress } from "./messages.ts";

/** More than this unread, and the socket is not read any more. */
const HIGH_WATER = 1024 * 1024;

/** Connects to where a plugin listens. Rejects with the system's error. */
export async function connectSocket(address: PluginAddress): Promise<ByteStream> {
  const target = address.network === "unix" ? { path: address.path } : { host: address.host, port: address.port };
  const socket = connect({ ...target, allowHalfOpen: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return socketStream(socket);
}

function socketStream(socket: Socket): ByteStream {
  const received = new StreamBuffer();
  const lost = (): void => received.break("the connection was cut");
  socket.setNoDelay(true);
  socket.on("data", (chunk: Buffer) => {
    received.add(chunk);
    if (received.length > HIGH_WATER) socket.pause();
  });
  socket.on("end", () => received.end());
  socket.on("error", lost);
  socket.on("close", lost);
  return {
    read: async (limit) => {
      if (received.length <= HIGH_WATER && socket.isPaused()) socket.resume();
      return received.read(limit);
    },
    write: (bytes) => write(socket, bytes),
    end: () => new Promise((resolve) => socket.end(resolve)),
    destroy: () => void socket.destroy(),
  };
}

function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  if (socket.destroyed || socket.writableEnded) return Promise.reject(new StreamClosed("the connection is closed"));
  if (socket.write(bytes)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      socket.off("drain", settle);
      socket.off("close", settle);
      if (socket.destroyed) reject(new StreamClosed("the connection was cut"));
      else resolve();
    };
    socket.on("drain", settle);
    socket.on("close", settle);
  });
}
