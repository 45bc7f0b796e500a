import type { KeyEvent, Keystroke } from "../../lib/keystrokes.ts";
import { sleep } from "../../lib/retry.ts";
import type { Keyboard } from "../../steps/boot-command/keyboard.ts";

/** What fits in VirtualBox's keyboard (64 bytes, up to two for a code) and a BIOS (15 keys) when both are empty. */
export const CODES_PER_CALL = 25;

export interface ScanCodeKeyboardOptions {
  /** The most codes that the hypervisor takes in one call. A stroke is never split. */
  readonly codesPerCall: number;
  /** Pause after each call. */
  readonly intervalMs: number;
}

/** Presses keys by handing PC/XT scan codes to `put`, two hexadecimal digits each. */
export function createScanCodeKeyboard(
  put: (codes: readonly string[], strokes: readonly Keystroke[], signal: AbortSignal) => Promise<void>,
  options: ScanCodeKeyboardOptions,
): Keyboard {
  return {
    async type(strokes, signal) {
      for (const batch of batches(strokes, options.codesPerCall)) {
        await put(batch.flat().flatMap(scanCodes), batch, signal);
        await sleep(options.intervalMs, signal);
      }
    },
  };
}

/** Whole strokes, with at most `size` scan codes in each batch unless one stroke alone has more. */
export function batches(strokes: readonly Keystroke[], size: number): readonly (readonly Keystroke[])[] {
  const result: Keystroke[][] = [];
  let left = 0;
  for (const stroke of strokes) {
    const needed = stroke.flatMap(scanCodes).length;
    if (result.length === 0 || needed > left) {
      result.push([stroke]);
      left = size - needed;
    } else {
      result.at(-1)!.push(stroke);
      left -= needed;
    }
  }
  return result;
}

export function scanCodes({ key, down }: KeyEvent): readonly string[] {
  const code = (down ? key.scanCode : key.scanCode | 0x80).toString(16).padStart(2, "0");
  return key.extended ? ["e0", code] : [code];
}
