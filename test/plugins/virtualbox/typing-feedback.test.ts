import { describe, expect, it } from "vitest";
import { parseKeystrokes, type Keystroke } from "../../../src/lib/keystrokes.ts";
import { consoleVerbs } from "../../../src/plugins/virtualbox/driver/console.ts";
import { VBoxManageError } from "../../../src/plugins/virtualbox/driver/failure.ts";
import { createScanCodeKeyboard } from "../../../src/plugins/virtualbox/scan-code-keyboard.ts";
import { createTypingFeedback } from "../../../src/plugins/virtualbox/typing-feedback.ts";
import { keyboardView, textView } from "./driver/debugger-views.ts";

const { signal } = new AbortController();
const strokes = (text: string): readonly Keystroke[] =>
  parseKeystrokes(text).items.flatMap((item) => (item.kind === "type" ? [item.stroke] : []));

/** A slow PC as VirtualBox's debugger shows it: a keyboard of 64 bytes, a BIOS of 15 keys, a prompt that may come late. */
function createSlowPc(options: {
  readonly readsEveryMs: number;
  readonly promptAfterMs?: number;
  readonly screen: "echoes" | "is silent" | "is graphics" | "cannot be seen";
}) {
  const [queue, bios, read]: [string[], string[], string[]] = [[], [], []];
  const lost: string[] = [];
  const asked: string[] = [];
  const started = performance.now();
  let ticks = 0;
  // By the clock, and not by how often a timer gets its turn.
  const advance = () => {
    for (; ticks < (performance.now() - started) / options.readsEveryMs; ticks++) {
      if (ticks * options.readsEveryMs >= (options.promptAfterMs ?? 0)) read.push(...bios.splice(0, 1));
      for (const key of queue.splice(0)) (bios.length < 15 ? bios : lost).push(key);
    }
  };
  const call = (args: readonly string[]): Promise<string> => {
    advance();
    const [, , verb, item] = args;
    if (verb !== "info") throw new Error(`not expected: ${args.join(" ")}`);
    asked.push(item!);
    if (options.screen === "cannot be seen") return Promise.reject(new VBoxManageError("not now", "other"));
    if (item === "ps2k") return Promise.resolve(keyboardView(queue.length));
    if (options.screen === "is graphics") return Promise.resolve("Not in text mode!\n");
    const shown = `boot: ${options.screen === "echoes" ? read.join("") : ""}`;
    return Promise.resolve(textView(["", ...shown.match(/.{1,80}/g)!]));
  };
  const press = (characters: readonly string[]) => {
    advance();
    const room = Math.max(0, 64 - queue.length * 3);
    queue.push(...characters.slice(0, Math.floor(room / 3)));
    lost.push(...characters.slice(Math.floor(room / 3)));
    return Promise.resolve();
  };
  return { call, press, advance, read, lost, asked };
}

function type(pc: ReturnType<typeof createSlowPc>, text: string): Promise<void> {
  const feedback = createTypingFeedback(consoleVerbs(pc.call), "vm");
  const characterOf = (stroke: Keystroke) => stroke.findLast(({ down }) => down)!.prints!;
  const keyboard = createScanCodeKeyboard(
    async (_codes, batch, callSignal) => {
      await feedback.ready(callSignal);
      feedback.typing(batch);
      await pc.press(batch.map(characterOf));
    },
    { codesPerCall: 25, intervalMs: 0 },
  );
  return keyboard.type(strokes(text), signal);
}

describe("createTypingFeedback", () => {
  const text = "install answer=http://10.0.2.2:8877/answer.cfg console=ttyS0 and so on, so that the line wraps";

  it.each([
    ["whose prompt comes late", { readsEveryMs: 2, promptAfterMs: 600, screen: "echoes" }],
    ["that reads slowly", { readsEveryMs: 10, screen: "echoes" }],
    ["that shows nothing of what is typed", { readsEveryMs: 3, screen: "is silent" }],
    ["in a graphics mode", { readsEveryMs: 5, screen: "is graphics" }],
    ["that cannot be asked", { readsEveryMs: 5, screen: "cannot be seen" }],
  ] as const)(
    "lets no key be lost by a machine %s",
    async (_which, options) => {
      const pc = createSlowPc(options);
      await type(pc, text);
      await expect.poll(() => (pc.advance(), pc.read.length + pc.lost.length), { timeout: 10_000 }).toBe(text.length);
      expect(pc.lost).toEqual([]);
      expect(pc.read.join("")).toBe(text);
    },
    30_000,
  );

  it("goes on as soon as the text shows", async () => {
    const pc = createSlowPc({ readsEveryMs: 1, screen: "echoes" });
    await type(pc, text);
    // Nine batches: blind, they would take 100 ms each, on a silent screen 300 ms. It asks every 20 ms; how long an answer
    // takes is up to the machine.
    expect(pc.asked.length * 20).toBeLessThan(800);
    expect(pc.asked).not.toContain("ps2k");
  });

  it("stops asking when aborted", async () => {
    const controller = new AbortController();
    const call = (args: readonly string[]): Promise<string> => {
      if (args[3] === "ps2k") controller.abort(new Error("interrupted"));
      return Promise.resolve(args[3] === "ps2k" ? keyboardView(3) : "Not in text mode!\n");
    };
    const feedback = createTypingFeedback(consoleVerbs(call), "vm");
    feedback.typing(strokes("a"));
    await expect(feedback.ready(controller.signal)).rejects.toThrow("interrupted");
  });
});
