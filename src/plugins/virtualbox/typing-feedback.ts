import type { Keystroke } from "../../lib/keystrokes.ts";
import { sleep } from "../../lib/retry.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Driver } from "./driver/driver.ts";

/** What becomes of the keys typed at a machine. */
export interface TypingFeedback {
  /** Resolves when the guest has read what was typed before, as far as can be seen. Rejects with the abort reason. */
  ready(signal: AbortSignal): Promise<void>;
  /** Call right before these are typed. */
  typing(strokes: readonly Keystroke[]): void;
}

const ASK_INTERVAL_MS = 20;
/** How long typed text may take to show on a text screen: the prompt it is meant for may not be there yet. */
const ECHO_TIMEOUT_MS = 2000;
/** The same for a screen on which the last text did not show (a menu, a password). */
const SILENT_TIMEOUT_MS = 300;
/** How long a guest may leave keys with its keyboard (it may be loading a kernel) before typing goes on. */
const QUEUE_TIMEOUT_MS = 20_000;
/** Where nothing can be seen. As in Packer. */
const BLIND_INTERVAL_MS = 100;

interface Typed {
  /** What the screen ends with once all of the text shows; empty where that cannot be said. */
  readonly echo: string;
  readonly screenBefore: string | undefined;
  readonly at: number;
}

/**
 * VirtualBox's keyboard drops what does not fit in its 64 bytes, and a BIOS what does not fit in its 15 keys, both silently.
 * Whether the guest has read a batch of keys shows on its screen, if that is a text screen, and otherwise in the queue of
 * its PS/2 keyboard.
 */
export function createTypingFeedback(console: TypingConsole, vm: string): TypingFeedback {
  return new ScreenFeedback(console, vm);
}

export type TypingConsole = Pick<Driver, "textScreen" | "hasUnreadKeys">;

class ScreenFeedback implements TypingFeedback {
  readonly #console: TypingConsole;
  readonly #vm: string;
  #last: Typed | undefined;
  #screen: string | undefined;
  #echoTimeoutMs = ECHO_TIMEOUT_MS;

  constructor(console: TypingConsole, vm: string) {
    this.#console = console;
    this.#vm = vm;
  }

  async ready(signal: AbortSignal): Promise<void> {
    if (this.#last === undefined) {
      this.#screen = await this.#readScreen(signal);
      return;
    }
    const wasRead = await this.#waitForEcho(this.#last, signal);
    if (!wasRead) await this.#waitForQueue(this.#last, signal);
  }

  typing(strokes: readonly Keystroke[]): void {
    this.#last = { echo: echoOf(strokes), screenBefore: this.#screen, at: performance.now() };
  }

  /** Whether the text showed. */
  async #waitForEcho(typed: Typed, signal: AbortSignal): Promise<boolean> {
    for (let previous = typed.screenBefore; ; previous = this.#screen) {
      const screen = await this.#readScreen(signal);
      this.#screen = screen;
      if (screen === undefined) return false;
      if (screen !== typed.screenBefore) {
        this.#echoTimeoutMs = ECHO_TIMEOUT_MS;
        const isAtRest = screen === previous;
        if (isAtRest || showsEcho(screen, typed)) return true;
      }
      if (performance.now() - typed.at > this.#echoTimeoutMs) {
        this.#echoTimeoutMs = SILENT_TIMEOUT_MS;
        return false;
      }
      await sleep(ASK_INTERVAL_MS, signal);
    }
  }

  async #waitForQueue({ at }: Typed, signal: AbortSignal): Promise<void> {
    while ((await this.#hasUnreadKeys(signal)) && performance.now() - at < QUEUE_TIMEOUT_MS) {
      await sleep(ASK_INTERVAL_MS, signal);
    }
    await sleep(Math.max(BLIND_INTERVAL_MS - (performance.now() - at), 0), signal);
  }

  #readScreen(signal: AbortSignal): Promise<string | undefined> {
    return this.#console.textScreen({ vm: this.#vm, signal }).catch(unlessRefused(undefined));
  }

  #hasUnreadKeys(signal: AbortSignal): Promise<boolean> {
    return this.#console.hasUnreadKeys({ vm: this.#vm, signal }).catch(unlessRefused(false));
  }
}

/** Feedback is a help only: at a machine that cannot be asked, keys are typed blindly. */
function unlessRefused<Answer>(answer: Answer): (error: unknown) => Answer {
  return (error) => {
    if (error instanceof BuildError) return answer;
    throw error;
  };
}

function showsEcho(screen: string, { echo }: Typed): boolean {
  return echo !== "" && screen.endsWith(echo);
}

/** What the keys write on a screen, if they do nothing else. */
function echoOf(strokes: readonly Keystroke[]): string {
  const pressed = strokes.flatMap((stroke) => stroke.filter(({ down, key }) => down && !SHIFTS.has(key.qcode)));
  const texts = pressed.map(({ prints }) => prints);
  return texts.includes(undefined) ? "" : texts.join("").trimEnd();
}

const SHIFTS: ReadonlySet<string> = new Set(["shift", "shift_r"]);
