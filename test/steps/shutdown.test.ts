import { describe, expect, it } from "vitest";
import type { Communicator, ExecResult } from "../../src/sdk/communicator.ts";
import { shutdownGuest, type Shutdown } from "../../src/steps/shutdown.ts";
import { createRecordingRun } from "../helper/recording-run.ts";

/** A machine that can be off, and what is done to it. */
function machine({ obeysButton = true }: { readonly obeysButton?: boolean } = {}) {
  const done: string[] = [];
  let turnOff: () => void = () => {};
  const off = new Promise<void>((resolve) => (turnOff = resolve));
  const controls: Pick<Shutdown, "pressPowerButton" | "powerOff" | "waitUntilOff"> = {
    pressPowerButton: () => {
      done.push("button");
      if (obeysButton) turnOff();
      return Promise.resolve();
    },
    powerOff: () => {
      done.push("power");
      turnOff();
      return Promise.resolve();
    },
    waitUntilOff: (signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
        void off.then(resolve);
      }),
  };
  return { done, turnOff: () => turnOff(), controls };
}

function communicator(exec: (command: string) => Promise<ExecResult>): Communicator {
  return { address: "ssh test", exec: (command: string) => exec(command) } as unknown as Communicator;
}

describe("shutdownGuest", () => {
  it("runs the command and waits until the machine is off, whatever becomes of the connection", async () => {
    const run = await createRecordingRun();
    const { controls, turnOff, done } = machine();
    const link = communicator(() => {
      setTimeout(turnOff, 50);
      return Promise.resolve({ kind: "disconnect", reason: "closed" });
    });
    expect(await shutdownGuest(run, { ...controls, command: "poweroff", communicator: link, timeoutMs: 5000 })).toBe(
      "command",
    );
    expect(done).toEqual([]);
    expect(run.said()).toEqual(["Shutting the machine down...", "The machine is off (by shutdown_command)."]);
  });

  it("does not wait for a command that never returns", async () => {
    const run = await createRecordingRun();
    const { controls, turnOff } = machine();
    const link = communicator(() => new Promise(() => setTimeout(turnOff, 20)));
    expect(await shutdownGuest(run, { ...controls, command: "poweroff", communicator: link, timeoutMs: 5000 })).toBe(
      "command",
    );
  });

  it("fails at once when the command fails", async () => {
    const run = await createRecordingRun();
    const { controls } = machine();
    const link = communicator(() => Promise.resolve({ kind: "exit", code: 1 }));
    await expect(
      shutdownGuest(run, { ...controls, command: "poweroff", communicator: link, timeoutMs: 60_000 }),
    ).rejects.toThrow("shutdown_command ended with exit status 1");
  });

  it("fails when the machine stays on", async () => {
    const run = await createRecordingRun();
    const { controls, done } = machine();
    const link = communicator(() => Promise.resolve({ kind: "exit", code: 0 }));
    await expect(
      shutdownGuest(run, { ...controls, command: "halt", communicator: link, timeoutMs: 50 }),
    ).rejects.toThrow("The machine was still running 0.1 seconds after shutdown_command");
    expect(done).toEqual([]);
  });

  it("presses the power button when there is no command (VBX-13)", async () => {
    const run = await createRecordingRun();
    const { controls, done } = machine();
    expect(await shutdownGuest(run, { ...controls, timeoutMs: 1000 })).toBe("power button");
    expect(done).toEqual(["button"]);
    expect(run.warnings()).toEqual([]);
  });

  it("cuts the power when the guest does not answer to its button, and says so", async () => {
    const run = await createRecordingRun();
    const { controls, done } = machine({ obeysButton: false });
    expect(await shutdownGuest(run, { ...controls, timeoutMs: 50 })).toBe("power cut");
    expect(done).toEqual(["button", "power"]);
    expect(run.warnings()).toEqual([
      "The guest did not answer to its power button within 0.1 seconds.",
      "Cutting the power: what the guest had not written yet is lost. Set shutdown_command to shut it down properly.",
    ]);
    expect(run.said().at(-1)).toBe("The machine is off (the power was cut).");
  });

  it("never cuts the power where the button was asked for", async () => {
    const run = await createRecordingRun();
    const { controls, done } = machine({ obeysButton: false });
    const stuck = shutdownGuest(run, { ...controls, command: "ignored", preferPowerButton: true, timeoutMs: 50 });
    await expect(stuck).rejects.toThrow("The machine was still running 0.1 seconds after its power button was pressed");
    expect(done).toEqual(["button"]);
  });

  it("only waits where the guest shuts itself down", async () => {
    const run = await createRecordingRun();
    const { controls, turnOff, done } = machine();
    setTimeout(turnOff, 20);
    expect(await shutdownGuest(run, { ...controls, disabled: true, timeoutMs: 1000 })).toBe("by itself");
    expect(done).toEqual([]);
  });

  it("passes on that the machine crashed", async () => {
    const run = await createRecordingRun();
    const { controls } = machine();
    const crashed = { ...controls, waitUntilOff: () => Promise.reject(new Error("guru meditation")) };
    await expect(shutdownGuest(run, { ...crashed, timeoutMs: 1000 })).rejects.toThrow("guru meditation");
  });

  it("is cancelled at once", async () => {
    const run = await createRecordingRun();
    const { controls } = machine({ obeysButton: false });
    setTimeout(() => run.cancel(), 20);
    await expect(shutdownGuest(run, { ...controls, timeoutMs: 60_000 })).rejects.toThrow("interrupted");
  });
});
