import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readExactly, type ByteStream } from "../../../src/plugin-host/wire/byte-stream.ts";
import { INITIAL_WINDOW } from "../../../src/plugin-host/wire/yamux-frame.ts";
import { YamuxSession } from "../../../src/plugin-host/wire/yamux-session.ts";
import { byteByByte, received, streamPair, type PairOptions } from "../../helper/plugin/stream-pair.ts";

/** Our session, and the bytes as the other side sees and sends them. */
function sessionAndWire(options: PairOptions = {}) {
  const [ours, wire] = streamPair(options);
  const opened: ByteStream[] = [];
  let closedWith: { reason: string | undefined } | undefined;
  const session = new YamuxSession(ours, {
    onStream: (stream) => void opened.push(stream),
    onClosed: (reason) => (closedWith = { reason }),
  });
  return {
    session,
    wire,
    opened,
    closed: () => closedWith,
    send: (hex: string) => wire.write(Buffer.from(hex.replaceAll(" ", ""), "hex")),
    receive: async (bytes: number) => (await readExactly(wire, bytes)).toString("hex"),
  };
}

/** Two sessions over one connection. */
function twoSessions(options: PairOptions = {}) {
  const [left, right] = streamPair(options);
  const arrived: ByteStream[] = [];
  const ignore = (): void => {};
  const client = new YamuxSession(left, { onStream: ignore, onClosed: ignore });
  new YamuxSession(right, { role: "server", onStream: (stream) => void arrived.push(stream), onClosed: ignore });
  return { client, arrived };
}

async function nextOf(arrived: readonly ByteStream[], index = 0): Promise<ByteStream> {
  while (arrived[index] === undefined) await turn();
  return arrived[index];
}

const textOf = async (stream: ByteStream): Promise<string> => (await received(stream)).toString("utf8");

describe("YamuxSession", () => {
  it("opens a stream, writes and ends it with the bytes of Go's yamux", async () => {
    const { session, receive } = sessionAndWire();
    const stream = session.open();
    expect(await receive(12)).toBe("000100010000000100000000");
    await stream.write(Buffer.from("hi"));
    expect(await receive(14)).toBe("000000000000000100000002" + "6869");
    await stream.end();
    expect(await receive(12)).toBe("000100040000000100000000");
  });

  it("acknowledges a stream of the other side, reads it and sees its end", async () => {
    const { opened, send, receive } = sessionAndWire({ split: byteByByte });
    await send("0001000100000002 00000000  0000000000000002 00000002 6869  0001000400000002 00000000");
    expect(await receive(12)).toBe("000100020000000200000000");
    expect(await textOf(await nextOf(opened))).toBe("hi");
  });

  it("takes the last bytes of a stream and its end from one frame", async () => {
    const { opened, send } = sessionAndWire();
    await send("0000000500000002 00000002 6869");
    expect(await textOf(await nextOf(opened))).toBe("hi");
  });

  it("answers a ping with its number", async () => {
    const { send, receive } = sessionAndWire();
    await send("0002000100000000 0000002a");
    expect(await receive(12)).toBe("00020002000000000000002a");
  });

  it("gives credit only for what was read", async () => {
    const { opened, wire, send, receive } = sessionAndWire();
    await send("0001000100000002 00000000");
    await receive(12);
    const half = INITIAL_WINDOW / 2;
    await send(`0000000000000002 ${half.toString(16).padStart(8, "0")}`);
    await wire.write(Buffer.alloc(half));
    await turn();
    const stream = await nextOf(opened);
    await readExactly(stream, half - 1);
    // Nothing was sent back until the last byte is taken.
    await send("0002000100000000 00000001");
    expect(await receive(12)).toBe("000200020000000000000001");
    await readExactly(stream, 1);
    expect(await receive(12)).toBe("000100000000000200020000");
  });

  it("holds the writer back when the window is used up, and goes on when credit comes", async () => {
    const { session, send, receive } = sessionAndWire();
    const stream = session.open();
    await receive(12);
    let isWritten = false;
    const written = stream.write(Buffer.alloc(INITIAL_WINDOW + 5)).then(() => (isWritten = true));
    expect(await receive(12)).toBe("000000000000000100040000");
    await receive(INITIAL_WINDOW);
    await turn();
    expect(isWritten).toBe(false);
    await send("0001000000000001 00000003");
    expect(await receive(15)).toBe("000000000000000100000003" + "000000");
    await send("0001000000000001 00000002");
    await written;
  });

  it("carries any bytes in both directions at once, however they are cut", async () => {
    const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 2000 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(chunks, chunks, async (there, back) => {
        const { client, arrived } = twoSessions({ split: byteByByte });
        const near = client.open();
        const far = await nextOf(arrived);
        const send = async (stream: ByteStream, pieces: readonly Uint8Array[]): Promise<void> => {
          for (const piece of pieces) await stream.write(piece);
          await stream.end();
        };
        const [, , atFar, atNear] = await Promise.all([
          send(near, there),
          send(far, back),
          received(far),
          received(near),
        ]);
        expect(atFar).toEqual(Buffer.concat(there));
        expect(atNear).toEqual(Buffer.concat(back));
      }),
      { numRuns: 30 },
    );
  });

  it("carries more than a window at the speed of its reader", async () => {
    const { client, arrived } = twoSessions({ room: 64 * 1024 });
    const bytes = Buffer.alloc(3 * 1024 * 1024, "imgbuild");
    const stream = client.open();
    const written = stream.write(bytes).then(() => stream.end());
    const arrivedBytes = await received(await nextOf(arrived));
    await written;
    expect(arrivedBytes.equals(bytes)).toBe(true);
  });

  it("keeps whole writes together, whoever makes them", async () => {
    const { client, arrived } = twoSessions();
    const stream = client.open();
    const large = INITIAL_WINDOW + 10;
    const written = Promise.all([stream.write(Buffer.alloc(large, "a")), stream.write(Buffer.alloc(10, "b"))]);
    const far = await nextOf(arrived);
    expect((await readExactly(far, large)).every((byte) => byte === 0x61)).toBe(true);
    expect((await readExactly(far, 10)).toString()).toBe("bbbbbbbbbb");
    await written;
  });

  it("tells both sides when a stream is broken off", async () => {
    const { client, arrived } = twoSessions();
    const stream = client.open();
    await stream.write(Buffer.from("x"));
    const far = await nextOf(arrived);
    await readExactly(far, 1);
    stream.destroy("enough");
    await expect(far.read()).rejects.toThrow("broke the stream off");
    await expect(far.write(Buffer.from("y"))).rejects.toThrow("broke the stream off");
    await expect(stream.read()).rejects.toThrow("enough");
  });

  it("still reads what came before the end when a reset follows it", async () => {
    const { opened, send } = sessionAndWire();
    await send("0001000100000002 00000000  0000000400000002 00000001 61  0001000800000002 00000000");
    expect(await textOf(await nextOf(opened))).toBe("a");
  });

  it("drops what arrives for a stream that was given up", async () => {
    const { session, send, receive, closed } = sessionAndWire();
    session.open().destroy("not wanted");
    await send("0000000000000001 00000003 616263  0002000100000000 00000001");
    expect(await receive(36)).toMatch(/000200020000000000000001$/);
    expect(closed()).toBeUndefined();
  });

  it("breaks every stream when the connection ends", async () => {
    const { session, wire, closed } = sessionAndWire();
    const stream = session.open();
    await wire.end();
    await expect(stream.read()).rejects.toThrow("the connection was closed by the plugin");
    expect(closed()).toEqual({ reason: "the connection was closed by the plugin" });
    expect(() => session.open()).toThrow("the connection is closed");
  });

  it("says good-bye, and ends without a reason when it is closed here", async () => {
    const { session, receive, wire, closed } = sessionAndWire();
    session.close();
    expect(await receive(12)).toBe("000300000000000000000000");
    expect(await wire.read()).toBeUndefined();
    expect(closed()).toEqual({ reason: undefined });
  });

  it("opens nothing more once the other side says good-bye, and goes on with what is open", async () => {
    const { session, send, receive } = sessionAndWire();
    const stream = session.open();
    await receive(12);
    await send("0003000000000000 00000000  0000000000000001 00000001 61");
    expect((await readExactly(stream, 1)).toString()).toBe("a");
    expect(() => session.open()).toThrow("takes no new streams");
  });

  it.each([
    ["another version", "0100000000000002 00000000", "it speaks version 1 of yamux"],
    ["a frame of an unknown type", "0004000000000000 00000000", "yamux has no frames of type 4"],
    ["a stream with one of our numbers", "0001000100000003 00000000", "opens a stream with the number 3"],
    ["a stream that is open already", "0001000100000002 00000000".repeat(2), "opens the stream 2 twice"],
    ["more data than the window allows", "0000000100000002 00040001", "more than it was allowed"],
    ["more credit than there are numbers", "0001000100000002 ffffffff", "more than yamux can count"],
    ["an error as good-bye", "0003000000000000 00000002", "ended the session with error 2"],
  ])("ends the session over %s", async (_, frames, reason) => {
    const { send, closed } = sessionAndWire();
    await send(frames);
    while (closed() === undefined) await turn();
    expect(closed()?.reason).toContain(reason);
  });

  it("ends the session of a plugin that opens streams without end", async () => {
    const { send, closed } = sessionAndWire();
    for (let id = 2; closed() === undefined && id < 20_000; id += 2) {
      await send(`00010001${id.toString(16).padStart(8, "0")}00000000`);
      await turn();
    }
    expect(closed()?.reason).toContain("keeps more than 4096 streams open");
  });

  it("ends the session of a plugin that pings and never reads", async () => {
    const { send, closed } = sessionAndWire({ room: 1 });
    void send("0002000100000000 00000001".repeat(5000));
    while (closed() === undefined) await turn();
    expect(closed()?.reason).toContain("does not read the answers");
  });

  it("never hangs and never throws elsewhere, whatever it is given", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }), async (chunks) => {
        const { wire, closed } = sessionAndWire();
        for (const chunk of chunks) await wire.write(chunk);
        await wire.end();
        while (closed() === undefined) await turn();
      }),
    );
  });
});
