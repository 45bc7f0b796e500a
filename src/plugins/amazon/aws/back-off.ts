import { sleep } from "../../../lib/retry.ts";

/** After a pause waiting calls go out one by one, or all of them would be throttled again. */
const SPACING_MS = 100;

/**
 * The patience that all builds of a command share towards one service in one region: Amazon counts the requests of an
 * account, so while one call is throttled, no other one should be sent.
 */
export class BackOff {
  /** On the clock of `performance.now()`: before that moment nothing is sent. */
  #until = 0;
  /** When the last of those that wait is going to be sent. */
  #lastSlot = 0;

  /** A call was throttled, and is sent again after this pause. */
  hold(pauseMs: number): void {
    this.#until = Math.max(this.#until, performance.now() + pauseMs);
  }

  /** Resolves when a call may be sent: at once, unless others are held. Rejects when `signal` aborts. */
  async ready(signal: AbortSignal | undefined): Promise<void> {
    for (let now = performance.now(); this.#until > now || this.#lastSlot > now; now = performance.now()) {
      const slot = Math.max(this.#until, this.#lastSlot + SPACING_MS);
      this.#lastSlot = slot;
      await sleep(slot - now, signal);
      // While it waited another call may have been throttled. Else it is its turn.
      if (this.#until <= slot) return;
    }
  }
}
