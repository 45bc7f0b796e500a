import { describe, expect, it } from "vitest";
import { parseKeystrokes, type Keystroke } from "../../../src/lib/keystrokes.ts";
import { createQmpKeyboard } from "../../../src/plugins/qemu/qmp-keyboard.ts";
import { batches, createScanCodeKeyboard, scanCodes } from "../../../src/plugins/virtualbox/scan-code-keyboard.ts";

const { signal } = new AbortController();
const strokes = (text: string): readonly Keystroke[] =>
  parseKeystrokes(text).items.flatMap((item) => (item.kind === "type" ? [item.stroke] : []));

describe("batches", () => {
  it("never splits a stroke, nor exceeds the size", () => {
    const codes = (text: string, size: number) => batches(strokes(text), size).map((b) => b.flat().flatMap(scanCodes));
    expect(codes("aAb", 6)).toEqual([
      ["1e", "9e", "2a", "1e", "9e", "aa"],
      ["30", "b0"],
    ]);
    expect(codes("Aa", 2)).toEqual([
      ["2a", "1e", "9e", "aa"],
      ["1e", "9e"],
    ]);
  });
});

describe("createScanCodeKeyboard", () => {
  it("pauses after each call, and stops when aborted", async () => {
    const controller = new AbortController();
    const calls: number[] = [];
    const put = () => {
      calls.push(performance.now());
      if (calls.length === 3) controller.abort(new Error("interrupted"));
      return Promise.resolve();
    };
    const keyboard = createScanCodeKeyboard(put, { codesPerCall: 2, intervalMs: 20 });
    await expect(keyboard.type(strokes("abcdef"), controller.signal)).rejects.toThrow("interrupted");
    expect(calls).toHaveLength(3);
    expect(calls[1]! - calls[0]!).toBeGreaterThanOrEqual(18);
  });
});

/** A guest that reads a key only every so often: QEMU's keyboard controller and a BIOS's buffer of 15 keys, as they answer through QMP. */
class SlowPc {
  readonly lost: string[] = [];
  readonly read: string[] = [];
  #controller: string[] = [];
  #ring: string[] = [];
  #tail = 0x1e;
  readonly #timer: NodeJS.Timeout;

  constructor(readsEveryMs: number, { bios }: { readonly bios: boolean }) {
    this.#timer = setInterval(() => {
      this.read.push(...(bios ? this.#ring.splice(0, 1) : this.#controller.splice(0, 1)));
      if (!bios) return;
      const [key] = this.#controller.splice(0, 1);
      if (key === undefined) return;
      if (this.#ring.length >= 15) this.lost.push(key);
      else {
        this.#ring.push(key);
        this.#tail = this.#tail === 0x3c ? 0x1e : this.#tail + 2;
      }
    }, readsEveryMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  execute(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    if (command === "input-send-event") {
      const events = args["events"] as { data: { down: boolean; key: { data: string } } }[];
      const pressed = events.filter(({ data }) => data.down).map(({ data }) => data.key.data);
      this.#controller.push(...pressed.splice(0, 16 - this.#controller.length));
      this.lost.push(...pressed);
      return Promise.resolve({});
    }
    const hex = (value: number) => `0x${value.toString(16).padStart(4, "0")}`;
    if (args["command-line"] === "i /b 0x64")
      return Promise.resolve(`portb[0x0064] = ${this.#controller.length > 0 ? "0x1d" : "0x1c"}\r\n`);
    const head = 0x1e + ((this.#tail - 0x1e - this.#ring.length * 2 + 64) % 32);
    return Promise.resolve(`000000000000041a: ${hex(head)} ${hex(this.#tail)}\r\n`);
  }
}

describe("createQmpKeyboard", () => {
  it.each([
    ["a BIOS", { bios: true }],
    ["an operating system", { bios: false }],
  ])("waits for %s to read its keys", async (_who, kind) => {
    const pc = new SlowPc(3, kind);
    const text = "abcdefghijklmnopqrstuvwxyz0123456789".repeat(3);
    await createQmpKeyboard(pc, { hasPcKeyboard: true }).type(strokes(text), signal);
    await expect.poll(() => pc.read.length, { timeout: 5000 }).toBe(text.length);
    pc.close();
    expect(pc.lost).toEqual([]);
    expect(pc.read.join("")).toBe(text);
  });

  it("keeps to a fixed pace where nobody can be asked", async () => {
    const commands: string[] = [];
    const qmp = { execute: (command: string) => Promise.resolve(void commands.push(command)) };
    const started = performance.now();
    await createQmpKeyboard(qmp, { hasPcKeyboard: false }).type(strokes("abcde"), signal);
    expect(performance.now() - started).toBeGreaterThanOrEqual(95);
    expect(commands).toEqual(Array.from({ length: 5 }, () => "input-send-event"));
  });

  it("keeps to the interval the user asked for", async () => {
    const pc = new SlowPc(1, { bios: false });
    const started = performance.now();
    await createQmpKeyboard(pc, { hasPcKeyboard: true, keyIntervalMs: 50 }).type(strokes("abc"), signal);
    pc.close();
    expect(performance.now() - started).toBeGreaterThanOrEqual(145);
  });
});
