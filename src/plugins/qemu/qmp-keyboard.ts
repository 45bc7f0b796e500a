import { errorText } from "../../lib/error-text.ts";
import type { KeyEvent } from "../../lib/keystrokes.ts";
import { sleep } from "../../lib/retry.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Keyboard } from "../../steps/boot-command/keyboard.ts";

/** What this keyboard needs of QMP. */
export interface QmpExecutor {
  execute(
    command: string,
    args?: Readonly<Record<string, unknown>>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<unknown>;
}

export interface QmpKeyboardOptions {
  /** Least time from key to key, as the user asked for it. */
  readonly keyIntervalMs?: number | undefined;
  /** Whether the guest reads its keys from a PC's keyboard controller, which can be asked (no USB or virtio keyboard). */
  readonly hasPcKeyboard: boolean;
}

/** For keyboards without feedback: ten times as fast as Packer types, and slow enough for a USB keyboard under emulation. */
const BLIND_INTERVAL_MS = 20;
const ASK_INTERVAL_MS = 2;
/** How long a guest may leave a key unread (it may be loading a kernel) before typing goes on at the blind pace. */
const PATIENCE_MS = 20_000;
/** How many of the 15 keys a BIOS keeps may wait. */
const BIOS_KEYS = 8;
/** A key that was read, but did not reach the BIOS's buffer within this time, went elsewhere: an operating system reads the keyboard now. */
const BIOS_GONE_MS = 500;

/**
 * Presses keys with QEMU's `input-send-event`. QEMU drops what does not fit in the 16 bytes of the emulated keyboard, and a
 * BIOS what does not fit in its 15 keys, both silently. On a PC each key is therefore sent only after the guest has
 * read the one before (status port of the keyboard controller) and while the BIOS's buffer has room.
 * Sources: QEMU QMP reference (input-send-event); Intel 8042 status register; BIOS data area 40:1A, 40:1C.
 */
export function createQmpKeyboard(qmp: QmpExecutor, options: QmpKeyboardOptions): Keyboard {
  const state: Feedback = { blind: !options.hasPcKeyboard, biosReads: true, tail: -1 };
  return {
    async type(strokes, signal) {
      for (const stroke of strokes) {
        const started = performance.now();
        await qmp.execute("input-send-event", { events: stroke.map(inputEvent) }, { signal }).catch(rethrow);
        if (!state.blind) await waitUntilTaken(qmp, state, signal);
        const paceMs = state.blind ? BLIND_INTERVAL_MS : 0;
        const left = (options.keyIntervalMs ?? paceMs) - (performance.now() - started);
        if (left > 0) await sleep(left, signal);
      }
    },
  };
}

function rethrow(cause: unknown): never {
  if (!/input handler not found/i.test(errorText(cause))) throw cause;
  throw new BuildError("The machine has no keyboard to type at", {
    hint: 'Add one:\n    qemuargs_append = [["-device", "qemu-xhci"], ["-device", "usb-kbd"]]',
    cause,
  });
}

interface Feedback {
  /** There is no feedback: keep to a fixed pace. */
  blind: boolean;
  biosReads: boolean;
  /** Where the BIOS would have put the next key when the last one was sent. */
  tail: number;
}

async function waitUntilTaken(qmp: QmpExecutor, state: Feedback, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  let readAt: number | undefined;
  for (;;) {
    const { unread, tail, keysInBios } = await keyboardState(qmp, signal);
    const now = performance.now();
    if (!unread) readAt ??= now;
    if (tail !== state.tail) state.biosReads = true;
    else if (readAt !== undefined && now - readAt > BIOS_GONE_MS) state.biosReads = false;
    const taken = !unread && (!state.biosReads || keysInBios <= BIOS_KEYS);
    state.blind = !taken && now - started > PATIENCE_MS;
    if (taken || state.blind) {
      state.tail = tail;
      return;
    }
    await sleep(ASK_INTERVAL_MS, signal);
  }
}

interface KeyboardState {
  /** The keyboard controller holds a byte the guest has not read. */
  readonly unread: boolean;
  readonly tail: number;
  readonly keysInBios: number;
}

async function keyboardState(qmp: QmpExecutor, signal: AbortSignal): Promise<KeyboardState> {
  const ask = async (commandLine: string) =>
    numbers(String(await qmp.execute("human-monitor-command", { "command-line": commandLine }, { signal })));
  const [[status = 0], [head = 0, tail = 0]] = await Promise.all([ask("i /b 0x64"), ask("xp /2hx 0x41a")]);
  const outputFull = 1;
  return { unread: (status & outputFull) !== 0, tail, keysInBios: keysInRing(head, tail) };
}

/** `portb[0x0064] = 0x1c` and `000000000000041a: 0x001e 0x0020`: the numbers after the address. */
function numbers(dump: string): readonly number[] {
  const values = dump.slice(Math.max(dump.indexOf("="), dump.indexOf(":")) + 1);
  return [...values.matchAll(/0x[0-9a-f]+/gi)].map(([text]) => Number(text));
}

/** The ring at 40:1E to 40:3D has two bytes for each key. Where another system has taken the memory, what is there is no ring. */
function keysInRing(head: number, tail: number): number {
  const isInRing = (offset: number) => offset >= 0x1e && offset < 0x3e && offset % 2 === 0;
  if (!isInRing(head) || !isInRing(tail)) return 0;
  return ((tail - head + 32) % 32) / 2;
}

function inputEvent({ key, down }: KeyEvent): Readonly<Record<string, unknown>> {
  return { type: "key", data: { down, key: { type: "qcode", data: key.qcode } } };
}
