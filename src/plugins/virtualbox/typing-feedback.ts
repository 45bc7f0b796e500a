import { sleep } from "../../lib/retry.ts";
import type { Keystroke } from "../../lib/keystrokes.ts";
import { BuildError } from "../../sdk/error.ts";
import type { VBoxManage } from "./vboxmanage.ts";

/** What becomes of the keys typed at a machine. */
export interface TypingFeedback {
  /** Resolves when the guest has dealt with what was typed before, as far as anybody can see. Rejects with the abort reason. */
  ready(signal: AbortSignal): Promise<void>;
  /** Call right before these are typed. */
  typing(strokes: readonly Keystroke[]): void;
}

const ASK_INTERVAL_MS = 20;
/** So long typed text may take to show on a text screen: the prompt it is meant for may not be there yet. */
const ECHO_PATIENCE_MS = 2000;
/** For a screen on which it did not show (a menu, a password). */
const SILENT_PATIENCE_MS = 300;
/** So long a guest may leave keys with its keyboard (it may be loading a kernel) before typing goes on. */
const QUEUE_PATIENCE_MS = 20_000;
/** Where there is nothing to see. As Packer. */
const BLIND_INTERVAL_MS = 100;

interface Typed {
  /** The end of the screen once all of it shows; empty where it cannot be told. */
  readonly echo: string;
  readonly screenBefore: string | undefined;
  readonly at: number;
}

/**
 * VirtualBox's keyboard drops what does not fit in its 64 bytes, and a BIOS what does not fit in its 15 keys, both without
 * a word. Whether the guest has dealt with a batch of keys shows on its screen, where that is a text screen, and else in
 * the queue of its PS/2 keyboard: VirtualBox's debugger has a view of either (`debugvm VM info vgatext`, `info ps2k`).
 */
export function createTypingFeedback(call: VBoxManage, vm: string): TypingFeedback {
  const view = async (item: string, signal: AbortSignal): Promise<string> =>
    call(["debugvm", vm, "info", item], { signal }).catch((error: unknown) => {
      // It is of help only: a machine that cannot be asked is typed at blindly.
      if (error instanceof BuildError) return "";
      throw error;
    });
  let last: Typed | undefined;
  let screen: string | undefined;
  let patienceMs = ECHO_PATIENCE_MS;

  const waitForQueue = async ({ at }: Typed, signal: AbortSignal): Promise<void> => {
    while (hasUnreadKeys(await view("ps2k", signal)) && performance.now() - at < QUEUE_PATIENCE_MS) {
      await sleep(ASK_INTERVAL_MS, signal);
    }
    await sleep(Math.max(BLIND_INTERVAL_MS - (performance.now() - at), 0), signal);
  };

  const waitForEcho = async (typed: Typed, signal: AbortSignal): Promise<"taken" | "not to be seen"> => {
    for (let previous = typed.screenBefore; ; previous = screen) {
      screen = textScreen(await view("vgatext", signal));
      if (screen === undefined) return "not to be seen";
      if (screen !== typed.screenBefore) {
        patienceMs = ECHO_PATIENCE_MS;
        const isAtRest = screen === previous;
        if (isAtRest || (typed.echo !== "" && screen.endsWith(typed.echo))) return "taken";
      }
      if (performance.now() - typed.at > patienceMs) {
        patienceMs = SILENT_PATIENCE_MS;
        return "not to be seen";
      }
      await sleep(ASK_INTERVAL_MS, signal);
    }
  };

  return {
    async ready(signal) {
      if (last === undefined) screen = textScreen(await view("vgatext", signal));
      else if ((await waitForEcho(last, signal)) === "not to be seen") await waitForQueue(last, signal);
    },
    typing(strokes) {
      last = { echo: printed(strokes), screenBefore: screen, at: performance.now() };
    },
  };
}

/** The characters on the screen, without the blanks at the end; `undefined` in a graphics mode. */
export function textScreen(view: string): string | undefined {
  const [head, ...rows] = view.split(/\r?\n/);
  const [, width] = /^-+ (\d+)x\d+ -+$/.exec(head!) ?? [];
  if (width === undefined) return undefined;
  const end = rows.findLastIndex((row) => /^-+$/.test(row));
  return rows
    .slice(0, end)
    .map((row) => row.padEnd(Number(width)))
    .join("")
    .trimEnd();
}

export function hasUnreadKeys(view: string): boolean {
  return /^Input queue\s*: *[1-9]\d* items/m.test(view);
}

/** What the keys write on a screen, if they only write. */
function printed(strokes: readonly Keystroke[]): string {
  const pressed = strokes.flatMap((stroke) => stroke.filter(({ down, key }) => down && !SHIFTS.has(key.qcode)));
  const texts = pressed.map(({ prints }) => prints);
  return texts.includes(undefined) ? "" : texts.join("").trimEnd();
}

const SHIFTS: ReadonlySet<string> = new Set(["shift", "shift_r"]);
