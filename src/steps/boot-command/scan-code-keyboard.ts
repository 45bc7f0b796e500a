import type { KeyEvent, Keystroke } from "../../lib/keystrokes.ts";
import { sleep } from "../../lib/retry.ts";
import type { Keyboard } from "./keyboard.ts";

export interface ScanCodeKeyboardOptions {
  /** Most codes the hypervisor takes in one call. A stroke is never split. */
  readonly codesPerCall: number;
  /** Pause after each call. */
  readonly intervalMs: number;
}

/** Presses keys by handing PC/XT scan codes (two hexadecimal digits each) to `put`, as `VBoxManage controlvm keyboardputscancode` takes them. */
export function createScanCodeKeyboard(
  put: (codes: readonly string[], signal: AbortSignal) => Promise<void>,
  options: ScanCodeKeyboardOptions,
): Keyboard {
  return {
    async type(strokes, signal) {
      for (const codes of batches(strokes, options.codesPerCall)) {
        await put(codes, signal);
        await sleep(options.intervalMs, signal);
      }
    },
  };
}

/** Scan codes of whole strokes, at most `size` in each batch unless one stroke alone has more. */
export function batches(strokes: readonly Keystroke[], size: number): readonly (readonly string[])[] {
  const result: string[][] = [];
  for (const stroke of strokes) {
    const codes = stroke.flatMap(scanCodes);
    const last = result.at(-1);
    if (last && last.length + codes.length <= size) last.push(...codes);
    else result.push(codes);
  }
  return result;
}

export function scanCodes({ key, down }: KeyEvent): readonly string[] {
  const code = (down ? key.scanCode : key.scanCode | 0x80).toString(16).padStart(2, "0");
  return key.extended ? ["e0", code] : [code];
}
