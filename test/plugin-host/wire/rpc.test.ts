import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { readExactly } from "../../../src/plugin-host/wire/byte-stream.ts";
import { encodeMessagePack } from "../../../src/plugin-host/wire/message-pack-encode.ts";
import { createRpcClient } from "../../../src/plugin-host/wire/rpc-client.ts";
import { serveRpc, type RpcHandler } from "../../../src/plugin-host/wire/rpc-server.ts";
import type { WireValue } from "../../../src/plugin-host/wire/wire-value.ts";
import { byteByByte, streamPair } from "../../helper/plugin/stream-pair.ts";

function connected(handler: RpcHandler) {
  const [near, far] = streamPair({ split: byteByByte });
  const served = serveRpc(far, handler);
  served.catch(() => {});
  return { client: createRpcClient(near), near, far, served };
}

const pairOf = (header: WireValue, body: WireValue): Buffer =>
  Buffer.concat([encodeMessagePack(header), encodeMessagePack(body)]);

describe("createRpcClient", () => {
  it("sends a request with the bytes of Go's client", async () => {
    const [near, far] = streamPair();
    void createRpcClient(near)
      .call("Builder.ConfigSpec", null)
      .catch(() => {});
    const bytes = "82ad536572766963654d6574686f64b24275696c6465722e436f6e66696753706563a353657100c0";
    expect((await readExactly(far, bytes.length / 2)).toString("hex")).toBe(bytes);
  });

  it("matches answers to calls by their numbers, in whatever order they come", async () => {
    const [near, far] = streamPair({ split: byteByByte });
    const client = createRpcClient(near);
    const calls = ["a", "b", "c"].map((method) => client.call(method, null));
    for (const Seq of [2, 0, 1]) await far.write(pairOf({ ServiceMethod: "x", Seq, Error: "" }, `answer ${Seq}`));
    expect(await Promise.all(calls)).toEqual(["answer 0", "answer 1", "answer 2"]);
  });

  it("rejects with the text of the other side", async () => {
    const { client } = connected(() => Promise.reject(new Error("boom")));
    await expect(client.call("A.B", null)).rejects.toMatchObject({ name: "RemoteError", message: "boom" });
  });

  it("rejects all that waits, and all later calls, when the stream ends", async () => {
    const [near, far] = streamPair();
    const client = createRpcClient(near);
    const call = client.call("A.B", null);
    await far.end();
    await expect(call).rejects.toThrow("the plugin closed the connection");
    await expect(client.call("A.C", null)).rejects.toThrow("the plugin closed the connection");
  });

  it.each<[string, Buffer]>([
    ["no MessagePack", Buffer.of(0xc1)],
    ["an answer without a map", pairOf(7, 7)],
    ["a number that is none", pairOf({ ServiceMethod: "x", Seq: -1, Error: "" }, null)],
  ])("rejects what waits over %s, and breaks the stream off", async (_, bytes) => {
    const [near, far] = streamPair();
    const call = createRpcClient(near).call("A.B", null);
    await far.write(bytes);
    await expect(call).rejects.toMatchObject({ name: "ProtocolError" });
    await expect(far.write(Buffer.of(1)).then(() => far.read())).rejects.toMatchObject({ name: "StreamClosed" });
  });
});

describe("serveRpc", () => {
  it("answers with the bytes of Go's server", async () => {
    const [near, far] = streamPair();
    void serveRpc(far, () => Promise.resolve(7));
    await near.write(pairOf({ ServiceMethod: "Builder.Run", Seq: 5 }, 1));
    const bytes = "83ad536572766963654d6574686f64ab4275696c6465722e52756ea353657105a54572726f72a007";
    expect((await readExactly(near, bytes.length / 2)).toString("hex")).toBe(bytes);
  });

  it("answers concurrently: a slow call holds nobody up", async () => {
    let release!: () => void;
    const slow = new Promise<void>((resolve) => (release = resolve));
    const { client } = connected(async ({ method }) => {
      if (method === "Slow") await slow;
      return method;
    });
    const first = client.call("A.Slow", null);
    expect(await client.call("A.Fast", null)).toBe("Fast");
    release();
    expect(await first).toBe("Slow");
  });

  it("splits the method at its last dot", async () => {
    const { client } = connected(({ service, method, argument }) => Promise.resolve([service, method, argument]));
    expect(await client.call("Uihttps://a.b/c.isoX1.Add", 3)).toEqual(["Uihttps://a.b/c.isoX1", "Add", 3]);
  });

  it("says of a method that is not there what Go says", async () => {
    const { client } = connected(() => undefined);
    await expect(client.call("A.B", null)).rejects.toThrow("rpc: can't find method A.B");
  });

  it("never answers an error with an empty text, which would mean success", async () => {
    const { client } = connected(() => Promise.reject(new Error("")));
    await expect(client.call("A.B", null)).rejects.toThrow("unknown error");
  });

  it("tells what is under way when the caller is gone", async () => {
    let signal: AbortSignal | undefined;
    const { client, near, served } = connected((request) => {
      signal = request.signal;
      return new Promise(() => {});
    });
    void client.call("A.B", null).catch(() => {});
    while (signal === undefined) await turn();
    await near.end();
    await served;
    expect(signal.aborted).toBe(true);
  });

  it("reads no further than so many calls that are not answered", async () => {
    let begun = 0;
    const [near, far] = streamPair();
    void serveRpc(far, () => {
      begun++;
      return new Promise(() => {});
    });
    for (let Seq = 0; Seq < 1000; Seq++) void near.write(pairOf({ ServiceMethod: "A.B", Seq }, null));
    await turn();
    await turn();
    expect(begun).toBe(256);
  });
});
