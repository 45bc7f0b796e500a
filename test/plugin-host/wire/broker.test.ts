import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Broker } from "../../../src/plugin-host/wire/broker.ts";
import { readExactly, type ByteStream } from "../../../src/plugin-host/wire/byte-stream.ts";
import { encodeMessagePack } from "../../../src/plugin-host/wire/message-pack-encode.ts";
import { createBroker, type BrokerOptions } from "../../../src/plugin-host/wire/yamux-broker.ts";
import { YamuxSession } from "../../../src/plugin-host/wire/yamux-session.ts";
import { byteByByte, streamPair } from "../../helper/plugin/stream-pair.ts";

function twoBrokers(options: BrokerOptions = {}): [Broker, Broker] {
  const [left, right] = streamPair({ split: byteByByte });
  return [createBroker(left, options), createBroker(right, { role: "server", ...options })];
}

const never = new AbortController().signal;

describe("createBroker", () => {
  it("connects who dials a number with who announced it, whoever comes first", async () => {
    const [host, plugin] = twoBrokers();
    const [accepted, dialled] = await Promise.all([host.accept(7, { signal: never }), plugin.dial(7)]);
    await dialled.write(Buffer.from("first"));
    expect((await readExactly(accepted, 5)).toString()).toBe("first");

    const early = plugin.dial(8);
    await turn();
    const late = await host.accept(8, { signal: never });
    await late.write(Buffer.from("second"));
    expect((await readExactly(await early, 6)).toString()).toBe("second");
  });

  it("gives each number once", () => {
    const [host] = twoBrokers();
    expect([host.nextId(), host.nextId(), host.nextId()]).toEqual([1, 2, 3]);
  });

  it("serves the same number on both sides without mixing them up", async () => {
    const [host, plugin] = twoBrokers();
    const [hosts, plugins] = [host.accept(1, { signal: never }), plugin.accept(1, { signal: never })];
    const [toPlugin, toHost] = await Promise.all([host.dial(1), plugin.dial(1)]);
    await toPlugin.write(Buffer.from("p"));
    await toHost.write(Buffer.from("h"));
    expect((await readExactly(await plugins, 1)).toString()).toBe("p");
    expect((await readExactly(await hosts, 1)).toString()).toBe("h");
  });

  it("writes the number in little-endian order and waits for its echo", async () => {
    const [ours, wire] = streamPair();
    // Nobody answers.
    createBroker(ours)
      .dial(0x01020304)
      .catch(() => {});
    await readExactly(wire, 24);
    expect((await readExactly(wire, 4)).toString("hex")).toBe("04030201");
  });

  it("closes a stream that nobody wants, so that the plugin does not wait for ever", async () => {
    const [, plugin] = twoBrokers({ acceptWindowMs: 20 });
    await expect(plugin.dial(99)).rejects.toThrow("broke the stream off");
  });

  it("keeps nobody waiting behind a stream whose number does not come", async () => {
    const [left, right] = streamPair();
    const host = createBroker(left, { acceptWindowMs: 20 });
    const peer = new YamuxSession(right, { role: "server", onStream: () => {}, onClosed: () => {} });
    const silent = peer.open();
    await silent.write(Buffer.of(1, 0));
    const good = peer.open();
    await good.write(Buffer.of(5, 0, 0, 0));
    await host.accept(5, { signal: never });
    expect((await readExactly(good, 4)).toString("hex")).toBe("05000000");
    await expect(silent.read()).rejects.toThrow("broke the stream off");
  });

  it("gives up a dialled number that is not answered", async () => {
    const [left, right] = streamPair();
    const host = createBroker(left, { dialWindowMs: 20 });
    new YamuxSession(right, { role: "server", onStream: () => {}, onClosed: () => {} });
    await expect(host.dial(3)).rejects.toThrow("did not answer on stream 3");
  });

  it("refuses an echo of another number", async () => {
    const [left, right] = streamPair();
    const host = createBroker(left);
    const onStream = async (stream: ByteStream): Promise<void> => {
      await readExactly(stream, 4);
      await stream.write(Buffer.of(9, 0, 0, 0));
    };
    new YamuxSession(right, { role: "server", onStream: (stream) => void onStream(stream), onClosed: () => {} });
    await expect(host.dial(3)).rejects.toThrow("answered for another stream than 3");
  });

  it("stops waiting for a stream when the call that announced it is over, or the connection", async () => {
    const [host, plugin] = twoBrokers();
    const call = new AbortController();
    const given = host.accept(1, { signal: call.signal });
    call.abort();
    await expect(given).rejects.toThrow("did not open stream 1");
    const lost = host.accept(2, { signal: never });
    plugin.close();
    await expect(lost).rejects.toThrow("did not open stream 2");
    expect(await host.closed).toBe("the connection was closed by the plugin");
  });

  it("dials what a request announces before anybody reads the request", async () => {
    const [host, plugin] = twoBrokers();
    const served = host.accept(1, { signal: never, calls: true });
    const calls = await plugin.dial(1);
    const stream = await served;
    const reading = stream.read();
    const announced = plugin.accept(41, { signal: never });
    const request = { Path: "/a", ReaderStreamId: 41, FileInfo: null };
    const head = encodeMessagePack({ ServiceMethod: "Communicator.Upload", Seq: 0 });
    await calls.write(Buffer.concat([head, encodeMessagePack(request)]));
    await reading;
    // The bytes come one by one: somebody has to read them all for the number to be seen.
    void (async () => {
      for (;;) if ((await stream.read()) === undefined) return;
    })();
    const far = await announced;
    const near = await host.dial(41);
    await near.write(Buffer.from("x"));
    expect((await readExactly(far, 1)).toString()).toBe("x");
  });
});
