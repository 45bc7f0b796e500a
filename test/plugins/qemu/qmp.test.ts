import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { connectQmp, executeOnce, type QmpEvent } from "../../../src/plugins/qemu/qmp.ts";
import { serveQmp } from "../../helper/qmp-server.ts";

describe("connectQmp", () => {
  it("negotiates, and resolves commands with their return values", async () => {
    const path = await serveQmp(({ execute }) => ({ return: { asked: execute } }));
    const qmp = await connectQmp(path);
    expect(await qmp.execute("query-status")).toEqual({ asked: "query-status" });
    qmp.close();
    await qmp.closed;
  });

  it("matches answers to commands by id, whatever their order", async () => {
    const waiting: (() => void)[] = [];
    const path = await serveQmp(({ id, execute }, socket) => {
      waiting.unshift(() => socket.write(`${JSON.stringify({ return: execute, id })}\n`));
      if (waiting.length === 3) waiting.forEach((send) => send());
      return undefined;
    });
    const qmp = await connectQmp(path);
    expect(await Promise.all(["a", "b", "c"].map((name) => qmp.execute(name)))).toEqual(["a", "b", "c"]);
    qmp.close();
  });

  it("rejects with QEMU's words when a command is refused", async () => {
    const error = { class: "CommandNotFound", desc: "The command frobnicate has not been found" };
    const qmp = await connectQmp(await serveQmp(() => ({ error })));
    await expect(qmp.execute("frobnicate")).rejects.toMatchObject({ errorClass: error.class, message: error.desc });
    qmp.close();
  });

  it("delivers events until told otherwise, and reads lines that arrive in pieces", async () => {
    const path = await serveQmp(({ id }, socket) => {
      const event = JSON.stringify({ event: "SHUTDOWN", data: { reason: "guest-shutdown" }, timestamp: {} });
      socket.write(event.slice(0, 10));
      setTimeout(() => socket.write(`${event.slice(10)}\r\n${JSON.stringify({ return: {}, id })}\r\n`), 20);
      return undefined;
    });
    const qmp = await connectQmp(path);
    const seen: QmpEvent[] = [];
    const forget = qmp.onEvent((event) => seen.push(event));
    await qmp.execute("system_powerdown");
    forget();
    await qmp.execute("system_powerdown");
    expect(seen).toEqual([{ name: "SHUTDOWN", data: { reason: "guest-shutdown" } }]);
    qmp.close();
  });

  it("fails what is pending, and what comes later, when QEMU goes away", async () => {
    const qmp = await connectQmp(await serveQmp((_, socket) => void socket.destroy()));
    await expect(qmp.execute("quit")).rejects.toMatchObject({ errorClass: "Disconnected" });
    await expect(qmp.execute("query-status")).rejects.toMatchObject({ errorClass: "Disconnected" });
  });

  it("stops waiting when aborted, and when the time is over", async () => {
    const qmp = await connectQmp(await serveQmp(() => undefined));
    const reason = new Error("interrupted");
    await expect(qmp.execute("stop", {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(qmp.execute("stop", {}, { timeoutMs: 20 })).rejects.toMatchObject({ errorClass: "Timeout" });
    qmp.close();
  });

  it("waits for the socket to appear, within its time", async () => {
    const absent = join(tmpdir(), "no-such-socket");
    await expect(connectQmp(absent, { timeoutMs: 50 })).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("executeOnce", () => {
  it("hangs up afterwards", async () => {
    const path = await serveQmp(() => ({ return: 42 }));
    expect(await executeOnce(path, "query-status")).toBe(42);
  });
});
