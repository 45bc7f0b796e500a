import { sleep } from "../../lib/retry.ts";
import type { Keyboard } from "./keyboard.ts";

/** What this keyboard needs of an RFB connection; see `lib/rfb.ts`. */
export interface KeySender {
  sendKey(keysym: number, down: boolean): Promise<void>;
}

export interface VncKeyboardOptions {
  /** Pause after each key going down or up. Default 10 ms: QEMU's VNC server passes events on at that pace and drops what piles up. */
  readonly eventIntervalMs?: number | undefined;
}

export function createVncKeyboard(rfb: KeySender, { eventIntervalMs = 10 }: VncKeyboardOptions = {}): Keyboard {
  return {
    async type(strokes, signal) {
      for (const { keysym, down } of strokes.flat()) {
        signal.throwIfAborted();
        await rfb.sendKey(keysym, down);
        await sleep(eventIntervalMs, signal);
      }
    },
  };
}
