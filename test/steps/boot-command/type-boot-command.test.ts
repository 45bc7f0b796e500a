import { describe, expect, it } from "vitest";
import type { Keystroke } from "../../../src/lib/keystrokes.ts";
import { LateTemplate } from "../../../src/sdk/late-template.ts";
import { keyIntervalMs, typeBootCommand } from "../../../src/steps/boot-command/type-boot-command.ts";
import { MACHINE_VALUES, type MachineTemplate } from "../../../src/sdk/schema/boot.ts";
import { simpleEngine } from "../../helper/decode-config.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";

const late = (text: string): MachineTemplate => new LateTemplate(text, MACHINE_VALUES, simpleEngine);
const values = { HTTPIP: "10.0.2.2", HTTPPort: 81, Name: "vm", SSHPublicKey: "ssh-ed25519 AAAA" };

function recordingKeyboard() {
  const typed: string[] = [];
  const type = (strokes: readonly Keystroke[], signal: AbortSignal) => {
    signal.throwIfAborted();
    typed.push(strokes.map((stroke) => stroke.find(({ down }) => down)?.key.qcode ?? "").join(" "));
    return Promise.resolve();
  };
  return { typed, keyboard: { type } };
}

describe("typeBootCommand", () => {
  it("joins the elements, so that a key may be spelt across two of them, and fills in values", async () => {
    const run = await createRecordingRun();
    const { typed, keyboard } = recordingKeyboard();
    await typeBootCommand(run, {
      commands: [late("a<ent"), late("er>{{ .HTTPPort }}")],
      values,
      waitMs: 0,
      keyboard,
    });
    expect(typed).toEqual(["a ret", "8 1"]);
    expect(run.steps()).toEqual(["type boot command"]);
  });

  it("waits first, then at each wait and between groups", async () => {
    const run = await createRecordingRun();
    const { typed, keyboard } = recordingKeyboard();
    const started = performance.now();
    await typeBootCommand(run, {
      commands: [late("a<wait50ms>b"), late("c")],
      values,
      waitMs: 50,
      groupIntervalMs: 50,
      keyboard,
    });
    expect(performance.now() - started).toBeGreaterThanOrEqual(145);
    expect(typed).toEqual(["a", "b", "c"]);
  });

  it("does nothing without a command, not even wait", async () => {
    const run = await createRecordingRun();
    const { keyboard } = recordingKeyboard();
    await typeBootCommand(run, { commands: [], values, waitMs: 60_000, keyboard });
    expect(run.events).toEqual([]);
  });

  it("ends a wait at once when interrupted (VBX-12)", async () => {
    const run = await createRecordingRun();
    const { keyboard } = recordingKeyboard();
    const typing = typeBootCommand(run, { commands: [late("a<wait10m>b")], values, waitMs: 0, keyboard });
    setTimeout(() => run.cancel(), 20);
    const started = performance.now();
    await expect(typing).rejects.toThrow("interrupted");
    expect(performance.now() - started).toBeLessThan(500);
  });

  it("refuses what a value brought in and nobody can type", async () => {
    const run = await createRecordingRun();
    const { typed, keyboard } = recordingKeyboard();
    const typing = typeBootCommand(run, { commands: [late("ü")], values, waitMs: 0, keyboard });
    await expect(typing).rejects.toThrow('The boot command cannot be typed: The character "ü" (U+00FC)');
    expect(typed).toEqual([]);
  });
});

describe("keyIntervalMs", () => {
  it("prefers the argument, then PACKER_KEY_INTERVAL, and refuses what is no duration", async () => {
    const run = await createRecordingRun({ env: { PACKER_KEY_INTERVAL: "10ms" } });
    expect(keyIntervalMs(run, 7)).toBe(7);
    expect(keyIntervalMs(run, undefined)).toBe(10);
    expect(keyIntervalMs(await createRecordingRun({ env: {} }), undefined)).toBeUndefined();
    const wrong = await createRecordingRun({ env: { PACKER_KEY_INTERVAL: "10" } });
    expect(() => keyIntervalMs(wrong, undefined)).toThrow(
      'PACKER_KEY_INTERVAL is "10", which is not a duration such as 10ms',
    );
  });
});
