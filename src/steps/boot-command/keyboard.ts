import type { Keystroke } from "../../lib/keystrokes.ts";

/** Presses the keys of one machine. */
export interface Keyboard {
  /** Resolves when the last key was sent (and, where the hypervisor can tell, taken). Rejects with a BuildError, or the abort reason. */
  type(strokes: readonly Keystroke[], signal: AbortSignal): Promise<void>;
}
