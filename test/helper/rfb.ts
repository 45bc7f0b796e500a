import { createCipheriv } from "node:crypto";
import { connect, type Socket } from "node:net";

export interface RfbOptions {
  readonly host: string;
  readonly port: number;
  /** At most eight characters count. */
  readonly password?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A connection to a VNC server that is used only to press keys. */
export interface RfbConnection {
  /** The name the server gives its desktop. */
  readonly desktopName: string;
  /** Rejects when the connection is gone. */
  sendKey(keysym: number, down: boolean): Promise<void>;
  close(): void;
}

class RfbError extends Error {
  override readonly name = "RfbError";
}

/**
 * Connects and authenticates (no security, or VNC authentication).
 * Source: The Remote Framebuffer Protocol, RFC 6143, sections 7.1 to 7.3 and 7.5.4; version 3.3 for servers that know no other.
 */
export async function connectRfb(options: RfbOptions): Promise<RfbConnection> {
  options.signal?.throwIfAborted();
  const socket = connect({ host: options.host, port: options.port, noDelay: true });
  const abort = () =>
    socket.destroy(options.signal?.reason instanceof Error ? options.signal.reason : new RfbError("Aborted"));
  options.signal?.addEventListener("abort", abort, { once: true });
  try {
    const desktopName = await handshake(new ByteReader(socket), socket, options.password);
    // What the server sends from now on is of no interest, but must not pile up.
    socket.resume();
    socket.on("error", () => {});
    return {
      desktopName,
      sendKey: (keysym, down) => write(socket, keyEvent(keysym, down)),
      close: () => socket.destroy(),
    };
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    options.signal?.removeEventListener("abort", abort);
  }
}

type Version = "003.003" | "003.007" | "003.008";

async function handshake(reader: ByteReader, socket: Socket, password: string | undefined): Promise<string> {
  const version = chooseVersion((await reader.read(12)).toString("latin1"));
  await write(socket, Buffer.from(`RFB ${version}\n`, "latin1"));
  const security = await chooseSecurity(reader, socket, version, password);
  if (security === "vnc") await write(socket, vncResponse(await reader.read(16), password ?? ""));
  if (security === "vnc" || version === "003.008") await readSecurityResult(reader, version);
  const shared = 1;
  await write(socket, Buffer.from([shared]));
  const serverInit = await reader.read(24);
  return (await reader.read(serverInit.readUInt32BE(20))).toString("utf8");
}

function chooseVersion(greeting: string): Version {
  const match = /^RFB (\d{3})\.(\d{3})\n$/.exec(greeting);
  if (!match || match[1] !== "003") throw new RfbError(`Not a VNC server: it greets with ${JSON.stringify(greeting)}`);
  const minor = Number(match[2]);
  return minor >= 8 ? "003.008" : minor === 7 ? "003.007" : "003.003";
}

async function chooseSecurity(
  reader: ByteReader,
  socket: Socket,
  version: Version,
  password: string | undefined,
): Promise<"none" | "vnc"> {
  const offered = await offeredSecurity(reader, version);
  const wanted =
    offered.includes(VNC_AUTHENTICATION) && (password !== undefined || !offered.includes(NO_SECURITY))
      ? VNC_AUTHENTICATION
      : NO_SECURITY;
  if (!offered.includes(wanted))
    throw new RfbError(
      `The VNC server wants a kind of security that is not supported (it offers ${offered.join(", ")})`,
    );
  if (wanted === VNC_AUTHENTICATION && password === undefined) throw new RfbError("The VNC server wants a password");
  if (version !== "003.003") await write(socket, Buffer.from([wanted]));
  return wanted === VNC_AUTHENTICATION ? "vnc" : "none";
}

const NO_SECURITY = 1;
const VNC_AUTHENTICATION = 2;

async function offeredSecurity(reader: ByteReader, version: Version): Promise<readonly number[]> {
  const types =
    version === "003.003"
      ? [(await reader.read(4)).readUInt32BE()]
      : [...(await reader.read((await reader.read(1))[0]!))];
  if (types.length > 0 && types[0] !== 0) return types;
  throw new RfbError(`The VNC server refuses the connection: ${await readReason(reader)}`);
}

async function readSecurityResult(reader: ByteReader, version: Version): Promise<void> {
  const result = (await reader.read(4)).readUInt32BE();
  if (result === 0) return;
  const reason = version === "003.008" ? `: ${await readReason(reader)}` : "";
  throw new RfbError(`The VNC server refuses the password${reason}`);
}

async function readReason(reader: ByteReader): Promise<string> {
  const length = (await reader.read(4)).readUInt32BE();
  return (await reader.read(Math.min(length, 4096))).toString("utf8");
}

/** DES of the challenge; the key's bytes are the password's with their bits in reverse order (a slip of the first VNC, kept since). */
function vncResponse(challenge: Buffer, password: string): Buffer {
  const key = Buffer.alloc(8);
  Buffer.from(password, "latin1").copy(key, 0, 0, 8);
  const reversed = key.map(reverseBits);
  // Single DES is switched off in OpenSSL 3; triple DES with one key three times is the same cipher.
  const cipher = createCipheriv("des-ede3-ecb", Buffer.concat([reversed, reversed, reversed]), null).setAutoPadding(
    false,
  );
  return Buffer.concat([cipher.update(challenge), cipher.final()]);
}

function reverseBits(byte: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
}

function keyEvent(keysym: number, down: boolean): Buffer {
  const message = Buffer.alloc(8);
  message.writeUInt8(4, 0);
  message.writeUInt8(down ? 1 : 0, 1);
  message.writeUInt32BE(keysym, 4);
  return message;
}

function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) =>
      error ? reject(new RfbError("The VNC connection is gone", { cause: error })) : resolve(),
    );
  });
}

/** Exact numbers of bytes from a socket. */
class ByteReader {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  async read(length: number): Promise<Buffer> {
    if (length === 0) return Buffer.alloc(0);
    for (;;) {
      const bytes = this.#socket.read(length) as Buffer | null;
      if (bytes !== null && bytes.length === length) return bytes;
      await this.#readable();
    }
  }

  #readable(): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => () => {
        socket.off("readable", ready).off("end", ended).off("error", failed);
        finish();
      };
      const ready = settle(resolve);
      const ended = settle(() => reject(new RfbError("The VNC server closed the connection")));
      const failed = (error: Error) => settle(() => reject(error))();
      socket.once("readable", ready).once("end", ended).once("error", failed);
    });
  }
}
