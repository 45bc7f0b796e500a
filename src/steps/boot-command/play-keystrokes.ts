import type { Keystroke, Keystrokes } from "../../lib/keystrokes.ts";
import { sleep } from "../../lib/retry.ts";
import type { Keyboard } from "./keyboard.ts";

export interface PlayOptions {
  readonly signal: AbortSignal;
  /** Called with how many strokes are typed by now. */
  readonly onTyped?: (count: number) => void;
}

/** Types strokes and pauses in their order. Rejects as the keyboard does. */
export async function playKeystrokes(
  items: readonly Keystrokes[],
  keyboard: Keyboard,
  { signal, onTyped }: PlayOptions,
): Promise<void> {
  let pending: Keystroke[] = [];
  let typed = 0;
  const flush = async (): Promise<void> => {
    if (pending.length === 0) return;
    await keyboard.type(pending, signal);
    typed += pending.length;
    pending = [];
    onTyped?.(typed);
  };
  for (const item of items) {
    if (item.kind === "type") pending.push(item.stroke);
    const pauseMs = pauseAfter(item);
    if (pauseMs === 0) continue;
    await flush();
    await sleep(pauseMs, signal);
  }
  await flush();
}

/** Some programs throw away what is typed while they change the screen, or take Esc and a letter for one key. */
const SETTLE_MS = 100;
const functionKeys = Array.from({ length: 12 }, (_, index) => `f${index + 1}`);
const settleAfter: ReadonlySet<string> = new Set(["ret", "esc", ...functionKeys]);

function pauseAfter(item: Keystrokes): number {
  if (item.kind === "wait") return item.ms;
  const last = item.stroke.at(-1)!;
  return !last.down && settleAfter.has(last.key.qcode) ? SETTLE_MS : 0;
}
