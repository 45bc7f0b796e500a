import { connect, isIP, type Socket } from "node:net";

export interface SocksProxy {
  readonly host: string;
  readonly port: number;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/**
 * A TCP connection to `host:port` made by a SOCKS5 proxy. The proxy resolves names.
 * Sources: RFC 1928 (SOCKS 5), RFC 1929 (user name and password).
 */
export async function connectThroughSocks(
  proxy: SocksProxy,
  target: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted();
  const socket = connect({ host: proxy.host, port: proxy.port });
  const abort = () => socket.destroy(asError(signal.reason, "cancelled"));
  signal.addEventListener("abort", abort, { once: true });
  try {
    const read = exactReader(socket);
    await greet(socket, read, proxy);
    await request(socket, read, target);
    read.release();
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

const VERSION = 5;
const METHODS = { none: 0, password: 2, refused: 0xff } as const;

async function greet(socket: Socket, read: ExactReader, proxy: SocksProxy): Promise<void> {
  const withPassword = proxy.username !== undefined && proxy.username !== "";
  const methods: number[] = [METHODS.none];
  if (withPassword) methods.push(METHODS.password);
  socket.write(Buffer.from([VERSION, methods.length, ...methods]));
  const [version, method] = await read(2);
  if (version !== VERSION) throw new Error("the proxy does not speak SOCKS5");
  if (method === METHODS.none) return;
  if (!withPassword) throw new Error("the proxy asks for a user name and a password");
  if (method !== METHODS.password) throw new Error("the proxy accepts no login by password");
  socket.write(Buffer.concat([Buffer.from([1]), counted(proxy.username ?? ""), counted(proxy.password ?? "")]));
  const [, status] = await read(2);
  if (status !== 0) throw new Error("the proxy refused the user name or the password");
}

async function request(
  socket: Socket,
  read: ExactReader,
  target: { readonly host: string; readonly port: number },
): Promise<void> {
  const port = Buffer.from([target.port >> 8, target.port & 0xff]);
  socket.write(Buffer.concat([Buffer.from([VERSION, 1, 0]), address(target.host), port]));
  const [version, reply, , type] = await read(4);
  if (version !== VERSION) throw new Error("the proxy does not speak SOCKS5");
  if (reply !== 0) {
    const reason = replies[reply ?? 1] ?? `error ${reply}`;
    throw new Error(`the proxy could not connect: ${reason}`);
  }
  // The address that the proxy connects from, and its port.
  const length = ADDRESS_BYTES[type!] ?? (await read(1))[0]!;
  await read(length + 2);
}

/** By address type; for the others, the first byte gives the length. */
const ADDRESS_BYTES: Readonly<Record<number, number>> = { 1: 4, 4: 16 };

function address(host: string): Buffer {
  if (isIP(host) === 4) return Buffer.from([1, ...host.split(".").map(Number)]);
  // An IPv6 address as text is a "domain name" every proxy in use understands.
  return Buffer.concat([Buffer.from([3]), counted(host)]);
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) throw new Error("a name for the proxy is longer than 255 bytes");
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

const replies: Readonly<Record<number, string>> = {
  1: "general failure",
  2: "not allowed by its rules",
  3: "network unreachable",
  4: "host unreachable",
  5: "connection refused",
  6: "time to live expired",
  7: "command not supported",
  8: "address type not supported",
};

interface ExactReader {
  (length: number): Promise<Buffer>;
  /** Stops reading; bytes that arrived early stay in the socket. */
  release(): void;
}

function exactReader(socket: Socket): ExactReader {
  let held = Buffer.alloc(0);
  let ended: Error | undefined;
  let wake: () => void = () => {};
  const onData = (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    wake();
  };
  const onEnd = (error?: Error | boolean) => {
    ended ??= asError(error, "the proxy closed the connection");
    wake();
  };
  socket.on("data", onData).on("error", onEnd).on("end", onEnd).on("close", onEnd);
  const read = async (length: number): Promise<Buffer> => {
    while (held.length < length) {
      if (ended) throw ended;
      await new Promise<void>((resolve) => (wake = resolve));
    }
    const bytes = held.subarray(0, length);
    held = held.subarray(length);
    return bytes;
  };
  const release = () => {
    socket.off("data", onData).off("error", onEnd).off("end", onEnd).off("close", onEnd).pause();
    if (held.length > 0) socket.unshift(held);
  };
  return Object.assign(read, { release });
}

function asError(value: unknown, otherwise: string): Error {
  return value instanceof Error ? value : new Error(otherwise);
}
