import { setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { createConnections, type ConnectionThread } from "../../../src/plugin-host/thread/connections.ts";
import type { Connect } from "../../../src/plugin-host/thread/messages.ts";
import { serveConnection } from "../../../src/plugin-host/thread/serve-connection.ts";
import type { Broker } from "../../../src/plugin-host/wire/broker.ts";
import { readExactly, type ByteStream } from "../../../src/plugin-host/wire/byte-stream.ts";
import { createBroker } from "../../../src/plugin-host/wire/yamux-broker.ts";
import { received, streamPair } from "../../helper/plugin/stream-pair.ts";

const never = new AbortController().signal;
const address = { network: "unix", path: "/nowhere" } as const;

/** The code of the thread, on this one: everything crosses real message ports all the same. */
function threadHere(connectTo: () => Promise<ByteStream>): ConnectionThread {
  return {
    postMessage: (connect: Connect) => void serveConnection(connect, connectTo),
    terminate: () => Promise.resolve(0),
    once: () => undefined as never,
    unref: () => {},
  };
}

const brokers: Broker[] = [];
afterEach(() => brokers.splice(0).forEach((broker) => broker.close()));

async function hostAndPlugin(): Promise<[Broker, Broker]> {
  const [near, far] = streamPair();
  const connections = createConnections(() => threadHere(() => Promise.resolve(near)));
  const pair: [Broker, Broker] = [await connections.connect(address), createBroker(far, { role: "server" })];
  brokers.push(...pair);
  return pair;
}

describe("createConnections", () => {
  it("dials and accepts over the thread", async () => {
    const [host, plugin] = await hostAndPlugin();
    const [accepted, dialled] = await Promise.all([host.accept(1, { signal: never }), plugin.dial(1)]);
    await dialled.write(Buffer.from("from the plugin"));
    await dialled.end();
    expect((await received(accepted)).toString()).toBe("from the plugin");

    const [far, near] = await Promise.all([plugin.accept(1, { signal: never }), host.dial(1)]);
    await near.write(Buffer.from("from the host"));
    await near.end();
    expect((await received(far)).toString()).toBe("from the host");
  });

  it("carries many bytes whole in both directions, ends included", async () => {
    const [host, plugin] = await hostAndPlugin();
    const [far, near] = await Promise.all([plugin.accept(1, { signal: never }), host.dial(1)]);
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => index % 251));
    const send = (stream: ByteStream) => stream.write(bytes).then(() => stream.end());
    const [, , atFar, atNear] = await Promise.all([send(near), send(far), received(far), received(near)]);
    expect(atFar.equals(bytes)).toBe(true);
    expect(atNear.equals(bytes)).toBe(true);
  });

  it("holds the plugin back until somebody here reads", async () => {
    const [host, plugin] = await hostAndPlugin();
    const [far, near] = await Promise.all([plugin.accept(1, { signal: never }), host.dial(1)]);
    let written = 0;
    const piece = Buffer.alloc(64 * 1024);
    const writing = (async () => {
      for (let count = 0; count < 64; count++) {
        await far.write(piece);
        written += piece.length;
      }
      await far.end();
    })();
    for (let count = 0; count < 200; count++) await turn();
    // A window of yamux, one between the threads, and what is in hand.
    expect(written).toBeLessThan(1024 * 1024);
    expect((await received(near)).length).toBe(64 * piece.length);
    await writing;
  });

  it("passes on that a stream broke off, in both directions", async () => {
    const [host, plugin] = await hostAndPlugin();
    const [far, near] = await Promise.all([plugin.accept(1, { signal: never }), host.dial(1)]);
    near.destroy("not wanted");
    await expect(far.read()).rejects.toMatchObject({ name: "StreamClosed" });
    const [far2, near2] = await Promise.all([plugin.accept(2, { signal: never }), host.dial(2)]);
    far2.destroy("not wanted");
    await expect(near2.read()).rejects.toMatchObject({ name: "StreamClosed" });
  });

  it("stops waiting for a stream when the call that announced it is over", async () => {
    const [host] = await hostAndPlugin();
    const call = new AbortController();
    const given = host.accept(1, { signal: call.signal });
    await turn();
    call.abort();
    await expect(given).rejects.toThrow("did not open stream 1");
    await expect(host.accept(2, { signal: AbortSignal.abort() })).rejects.toThrow("did not open stream 2");
  });

  it("says why the connection is gone, and fails what is under way and what comes later", async () => {
    const [host, plugin] = await hostAndPlugin();
    const [far, near] = await Promise.all([plugin.accept(1, { signal: never }), host.dial(1)]);
    await far.write(Buffer.from("x"));
    await readExactly(near, 1);
    plugin.close();
    expect(await host.closed).toBe("the connection was closed by the plugin");
    await expect(near.read()).rejects.toMatchObject({ name: "StreamClosed" });
    await expect(host.dial(5)).rejects.toThrow("the connection is closed");
  });

  it("closes in order, without a reason", async () => {
    const [host, plugin] = await hostAndPlugin();
    host.close();
    expect(await host.closed).toBeUndefined();
    expect(await plugin.closed).toBe("the connection was closed by the plugin");
  });

  it("says in words that nobody listens", async () => {
    const refused = Object.assign(new Error("connect ENOENT /nowhere"), { code: "ENOENT" });
    const connections = createConnections(() => threadHere(() => Promise.reject(refused)));
    await expect(connections.connect(address)).rejects.toThrow("The plugin does not take connections");
  });

  it("starts no thread before it is needed", async () => {
    let started = 0;
    const connections = createConnections(() => {
      started++;
      return threadHere(() => Promise.reject(new Error("no")));
    });
    expect(started).toBe(0);
    await connections.connect(address).catch(() => {});
    await connections.connect(address).catch(() => {});
    expect(started).toBe(1);
  });
});
