import { PassThrough, Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { splitProblems, runFacts } from "../../../src/plugin-host/calls/plugin-config.ts";
import { artifactService, fromWire, toWire } from "../../../src/plugin-host/calls/artifact-service.ts";
import { communicatorService } from "../../../src/plugin-host/calls/communicator-service.ts";
import { isPlaceholder } from "../../../src/plugin-host/calls/hook-service.ts";
import { remoteCommunicator } from "../../../src/plugin-host/calls/remote-communicator.ts";
import { uiService, type Transfer } from "../../../src/plugin-host/calls/ui-service.ts";
import { createRpcClient } from "../../../src/plugin-host/wire/rpc-client.ts";
import { serveRpc, type RpcHandler } from "../../../src/plugin-host/wire/rpc-server.ts";
import { createBroker } from "../../../src/plugin-host/wire/yamux-broker.ts";
import type { WireValue } from "../../../src/plugin-host/wire/wire-value.ts";
import type { Communicator, ExecOptions, ExecResult } from "../../../src/sdk/communicator.ts";
import { streamPair } from "../../helper/plugin/stream-pair.ts";
import { testArtifact } from "../../helper/recording-run.ts";

const { signal } = new AbortController();

const call = (handler: RpcHandler, name: string, argument: WireValue = null): Promise<WireValue> | undefined => {
  const dot = name.lastIndexOf(".");
  return handler({ service: name.slice(0, dot), method: name.slice(dot + 1), argument, signal });
};

describe("uiService", () => {
  const quiet = { say: () => {}, error: () => {}, machine: () => {}, ask: () => Promise.resolve("") };

  it("follows several transfers of one source at once, whatever its name holds", async () => {
    const totals: number[] = [];
    const transfers: Transfer[] = [];
    const service = uiService({
      ...quiet,
      trackProgress: (transfer) => {
        const index = transfers.push(transfer) - 1;
        totals[index] = 0;
        return { add: (bytes) => void (totals[index] = totals[index]! + bytes), close: () => {} };
      },
    });
    const begin = { Src: "https://a.b/c.d?e=f", TotalSize: -1, CurrentSize: 5 };
    const [one, two] = [
      await call(service, "Ui.NewTrackProgress", begin),
      await call(service, "Ui.NewTrackProgress", begin),
    ];
    expect(one).not.toBe(two);
    await call(service, `Ui${String(one)}.Add`, 3);
    await call(service, `Ui${String(two)}.Add`, 4);
    await call(service, `Ui${String(one)}.Add`, -1);
    await call(service, `Ui${String(one)}.Close`);
    expect(call(service, `Ui${String(one)}.Add`, 1)).toBeUndefined();
    expect(totals).toEqual([3, 4]);
    expect(transfers[0]).toEqual({ source: begin.Src, current: 5, total: 0 });
  });

  it("knows no other services and methods", () => {
    const service = uiService({ ...quiet, trackProgress: () => ({ add: () => {}, close: () => {} }) });
    for (const name of ["Ui.Nothing", "Hook.Run", "Uix.Add", "Ui.constructor"])
      expect(call(service, name)).toBeUndefined();
  });
});

describe("artifactService", () => {
  it("answers nil for a state that is not there, and for names that mean something to JavaScript", async () => {
    const service = artifactService(testArtifact({ state: { region: "x" } }));
    expect(await call(service, "Artifact.State", "region")).toBe("x");
    expect(await call(service, "Artifact.State", "constructor")).toBeNull();
    expect(call(service, "Artifact.constructor")).toBeUndefined();
  });
});

describe("toWire and fromWire", () => {
  it("carry JSON values there and back", () => {
    const value = { a: [1, "b", null, { c: true }], d: 1.5 };
    expect(fromWire(toWire(value))).toEqual(value);
    expect(toWire({ gone: undefined, call: () => 1 })).toEqual({ call: null });
    expect(fromWire({ large: 2n ** 60n, bytes: Buffer.from("x"), time: new Date(0) })).toEqual({
      large: "1152921504606846976",
      bytes: "x",
      time: "1970-01-01T00:00:00.000Z",
    });
  });
});

describe("splitProblems", () => {
  it.each([
    ["1 error occurred:\n\t* unknown configuration key: '\"nosuch\"'\n\n", ["unknown configuration key: '\"nosuch\"'"]],
    ["2 error(s) occurred:\n\n* one\n* two\nwith more", ["one", "two\nwith more"]],
    ["3 errors occurred:\n\t* a\n\t* b\n\t* c\n", ["a", "b", "c"]],
    ["plain words", ["plain words"]],
    ["  ", []],
  ])("makes sentences of %j", (text, sentences) => {
    expect(splitProblems(text)).toEqual(sentences);
  });
});

describe("runFacts", () => {
  it("writes switches as text, and names no sensitive variables to a builder", () => {
    const facts = { buildName: "x", builderType: "y", debug: false, force: true, onError: "", coreVersion: "1.16.0" };
    expect(runFacts(facts)).toEqual({
      packer_build_name: "x",
      packer_builder_type: "y",
      packer_core_version: "1.16.0",
      packer_debug: "false",
      packer_force: "true",
      packer_on_error: "",
    });
    expect(runFacts({ ...facts, sensitiveVariables: ["a"] })).toHaveProperty("packer_sensitive_variables", ["a"]);
  });
});

describe("isPlaceholder", () => {
  it("tells what a builder writes where it has no value", () => {
    expect(isPlaceholder("ERR_SSHPRIVATEKEY_NOT_IMPLEMENTED_BY_BUILDER")).toBe(true);
    expect(isPlaceholder("an ERR_ in a text")).toBe(false);
  });
});

/** Our way in, lent over a connection and used from its other end, as a plugin does both. */
async function lent(communicator: Partial<Communicator>): Promise<Communicator> {
  const [near, far] = streamPair();
  const [lender, borrower] = [createBroker(near), createBroker(far, { role: "server" })];
  const id = lender.nextId();
  const handler = communicatorService(lender, communicator as Communicator);
  void lender.accept(id, { signal, calls: true }).then((stream) => serveRpc(stream, handler));
  const service = createRpcClient(await borrower.dial(id));
  const explain = (error: unknown): Promise<Error> => Promise.resolve(error as Error);
  return remoteCommunicator({ broker: borrower, explain }, service, "lent");
}

describe("a communicator that is lent and borrowed", () => {
  const answering = (result: ExecResult, more: (options: ExecOptions) => void | Promise<void> = () => {}) =>
    lent({
      exec: async (_, options) => {
        await more(options);
        return result;
      },
    });

  it.each<[ExecResult, ExecResult]>([
    [
      { kind: "exit", code: 0 },
      { kind: "exit", code: 0 },
    ],
    [
      { kind: "exit", code: 255 },
      { kind: "exit", code: 255 },
    ],
    [
      { kind: "signal", signal: "SIGTERM" },
      { kind: "exit", code: 143 },
    ],
    [
      { kind: "disconnect", reason: "x" },
      { kind: "disconnect", reason: "the plugin lost the connection to the machine" },
    ],
  ])("passes on how a command ended: %j", async (result, expected) => {
    expect(await (await answering(result)).exec("x", { signal })).toEqual(expected);
  });

  it("says on its error output why a command could not run, and that it lost the connection", async () => {
    const communicator = await lent({ exec: () => Promise.reject(new Error("no such luck")) });
    let stderr = "";
    const result = await communicator.exec("x", { signal, onStderr: (chunk) => void (stderr += chunk.toString()) });
    expect([result.kind, stderr]).toEqual(["disconnect", "no such luck\n"]);
  });

  it("passes on the end of the input, which many commands wait for", async () => {
    let given = "";
    const communicator = await answering({ kind: "exit", code: 0 }, async ({ stdin }) => {
      for await (const chunk of stdin as Readable) given += String(chunk);
    });
    await communicator.exec("x", { signal, stdin: Readable.from([Buffer.from("a"), Buffer.from("b")]) });
    expect(given).toBe("ab");
  });

  it("does not wait for an input that its command has not read", async () => {
    const communicator = await answering({ kind: "exit", code: 0 });
    expect(await communicator.exec("x", { signal, stdin: new PassThrough() })).toEqual({ kind: "exit", code: 0 });
  });

  it("holds a command back whose output nobody takes", async () => {
    let written = 0;
    const communicator = await answering({ kind: "exit", code: 0 }, async ({ onStdout }) => {
      for (let count = 0; count < 100; count++) {
        await onStdout!(Buffer.alloc(32 * 1024));
        written++;
      }
    });
    let release!: () => void;
    const wait = new Promise<void>((resolve) => (release = resolve));
    const running = communicator.exec("x", { signal, onStdout: () => wait });
    for (let count = 0; count < 500; count++) await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBeLessThan(50);
    release();
    await running;
    expect(written).toBe(100);
  });

  it("keeps mode and size of a file, and what is in it", async () => {
    const seen: unknown[] = [];
    const communicator = await lent({
      upload: async (source, path, { mode, size }) => {
        let content = "";
        for await (const chunk of source as Readable) content += String(chunk);
        seen.push(path, mode, size, content);
      },
    });
    await communicator.upload(Buffer.from("abc"), "/x", { signal, mode: 0o750 });
    await communicator.upload(Readable.from([Buffer.from("d")]), "/y", { signal });
    expect(seen).toEqual(["/x", 0o750, 3, "abc", "/y", undefined, undefined, "d"]);
  });

  it("passes on why a transfer failed", async () => {
    const refuse = () => Promise.reject(new Error("the disk is full"));
    const communicator = await lent({ upload: refuse, download: refuse, uploadDir: refuse, downloadDir: refuse });
    const transfers = [
      communicator.upload(Buffer.from("abc"), "/x", { signal }),
      communicator.download("/x", new PassThrough(), { signal }),
      communicator.uploadDir("/x", "/y", { signal }),
      communicator.downloadDir("/x", "/y", { signal }),
    ];
    for (const transfer of transfers) await expect(transfer).rejects.toThrow("the disk is full");
  });

  it("hands over what is downloaded, and does not end the stream it goes into", async () => {
    const communicator = await lent({
      download: async (_, to) => void (await new Promise((resolve) => to.write("content", resolve))),
    });
    const to = new PassThrough();
    await communicator.download("/x", to, { signal });
    expect([String(to.read()), to.writableEnded]).toEqual(["content", false]);
  });

  it("leaves a call at once when its build is cancelled, and starts none afterwards", async () => {
    const communicator = await lent({ exec: () => new Promise(() => {}) });
    const cancelled = new AbortController();
    const running = communicator.exec("x", { signal: cancelled.signal });
    cancelled.abort(new Error("interrupted"));
    await expect(running).rejects.toThrow("interrupted");
    await expect(communicator.exec("x", { signal: cancelled.signal })).rejects.toThrow("interrupted");
  });
});
