import { describe, expect, it } from "vitest";
import { createSilentCommunicator } from "../../src/plugins/packer/builders/file/silent-communicator.ts";
import { loggedCommunicator } from "../../src/core/provision/logged-communicator.ts";
import type { Communicator } from "../../src/sdk/communicator.ts";
import { createRecordingRun } from "../helper/recording-run.ts";

const signal = new AbortController().signal;

async function logOf(inner: Partial<Communicator>, body: (guest: Communicator) => Promise<unknown>): Promise<unknown> {
  const run = await createRecordingRun();
  const guest = loggedCommunicator({ ...createSilentCommunicator(), ...inner }, run);
  await body(guest).catch(() => {});
  return run.events.flatMap((event) =>
    event.kind === "debug" ? [[event.topic, event.text, { ...event.details, durationMs: undefined }]] : [],
  );
}

describe("loggedCommunicator", () => {
  it.each([
    [{ kind: "exit", code: 3 } as const, { code: 3 }],
    [{ kind: "signal", signal: "SIGKILL" } as const, { signal: "SIGKILL" }],
    [{ kind: "disconnect", reason: "reset" } as const, { reason: "reset" }],
  ])("tells how a command ended: %j", async (result, details) => {
    const log = await logOf({ exec: () => Promise.resolve(result) }, (guest) => guest.exec("true", { signal }));
    expect(log).toEqual([["guest command", "true", details]]);
  });

  it("tells of copies and of what failed, and lets the failure through", async () => {
    const upload = () => Promise.reject(new Error("no room"));
    const log = await logOf({ upload }, async (guest) => {
      await guest.uploadDir("a", "/b", { signal });
      await expect(guest.upload(Buffer.from("x"), "/c", { signal })).rejects.toThrow("no room");
    });
    expect(log).toEqual([
      ["copy", "a to the guest's /b", {}],
      ["copy", "to the guest's /c", { error: "no room" }],
    ]);
  });

  it("hides nothing of what is known of the guest only once it is connected", async () => {
    const run = await createRecordingRun();
    const known: { shell?: "posix" } = {};
    const inner = {
      ...createSilentCommunicator(),
      get shell() {
        return known.shell;
      },
    };
    const guest = loggedCommunicator(inner, run);
    known.shell = "posix";
    expect(guest.shell).toBe("posix");
    expect(guest.disconnect).toBeUndefined();
  });
});
