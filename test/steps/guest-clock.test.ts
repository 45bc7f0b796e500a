import { describe, expect, it } from "vitest";
import { createSilentCommunicator } from "../../src/plugins/packer/builders/file/silent-communicator.ts";
import type { Communicator } from "../../src/sdk/communicator.ts";
import { setGuestClock } from "../../src/steps/guest-clock.ts";
import { createRecordingRun } from "../helper/recording-run.ts";

/** A guest whose clock stood still for 1000 s, and whose commands take `slowMs` to begin. */
async function guestOf({ slowMs, allows, shown }: { slowMs: number; allows: boolean | "later"; shown?: string }) {
  let now = 1_700_000_000_000;
  let behindMs = 1_000_000;
  let asked = 0;
  const run = await createRecordingRun({ clock: { now: () => now, monotonic: () => now } });
  const communicator: Communicator = {
    ...createSilentCommunicator(),
    exec: (command, { onStdout }) => {
      now += slowMs;
      const told = /date -u -s @(\d+)/.exec(command)?.[1];
      if (told !== undefined && ++asked >= (allows === "later" ? 2 : 1) && allows) behindMs = now - Number(told) * 1000;
      const time = shown ?? String(Math.round((now - behindMs) / 1000));
      if (command.endsWith("date +%s")) void onStdout?.(Buffer.from(`${time}\n`));
      return Promise.resolve({ kind: "exit", code: 0 });
    },
  };
  await setGuestClock(run, communicator);
  return { behindS: Math.round(behindMs / 1000), said: run.events.filter(({ kind }) => kind === "warning") };
}

describe("setGuestClock", () => {
  it("sets the clock of a guest at once", async () => {
    expect(await guestOf({ slowMs: 100, allows: true })).toEqual({ behindS: 0, said: [] });
  });

  it("sets the clock of a guest that takes long to begin a command", async () => {
    expect(await guestOf({ slowMs: 12_000, allows: true })).toEqual({ behindS: 0, said: [] });
  });

  it("sets it to no later time where it could not be set the first time", async () => {
    expect(await guestOf({ slowMs: 100, allows: "later" })).toEqual({ behindS: 0, said: [] });
  });

  it.each(["", "date: invalid option"])("sets it once where the guest shows %j for the time", async (shown) => {
    const { behindS, said } = await guestOf({ slowMs: 100, allows: true, shown });
    expect(behindS).toBe(0);
    expect(said).toEqual([
      expect.objectContaining({ text: expect.stringContaining("does not say what time") as string }),
    ]);
  });

  it("says so where the clock cannot be set", async () => {
    const { said } = await guestOf({ slowMs: 100, allows: false });
    expect(said).toEqual([
      expect.objectContaining({ text: expect.stringMatching(/clock is \d+ s late and cannot be set/) }),
    ]);
  });
});
