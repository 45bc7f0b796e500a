import { describeDuration, parseDuration } from "../../lib/duration.ts";
import { parseKeystrokes, type Keystroke, type Keystrokes } from "../../lib/keystrokes.ts";
import { sleep } from "../../lib/retry.ts";
import { BuildError } from "../../sdk/error.ts";
import { withHeartbeat } from "../../sdk/heartbeat.ts";
import type { MachineTemplate, MachineValues } from "../../sdk/schema/boot.ts";
import type { Run } from "../../sdk/run.ts";
import type { Keyboard } from "./keyboard.ts";

export interface BootCommand {
  readonly commands: readonly MachineTemplate[];
  readonly values: MachineValues;
  /** Pause before the first key. Not above zero: none. */
  readonly waitMs: number;
  /** Pause between the elements of `commands`, where the user wants one. */
  readonly groupIntervalMs?: number | undefined;
  readonly keyboard: Keyboard;
}

/** Waits, then types. Nothing happens, and no time passes, when there is nothing to type. */
export async function typeBootCommand(run: Run, options: BootCommand): Promise<void> {
  if (options.commands.length === 0) return;
  const items = bootKeystrokes(options);
  if (options.waitMs > 0) {
    await run.step("wait for the machine to boot", async ({ signal }) => {
      run.say(`Waiting ${describeDuration(options.waitMs)} for the machine to boot...`);
      const limitMs = options.waitMs;
      await withHeartbeat(run, "the machine to boot", { limitMs }, () => sleep(limitMs, signal));
    });
  }
  await run.step("type boot command", async ({ signal }) => {
    run.say("Typing the boot command...");
    await play(run, items, options.keyboard, signal);
  });
}

/** The whole command as strokes and pauses. Rejects what only rendering brought in and nobody can type. */
function bootKeystrokes({
  commands,
  values,
  groupIntervalMs = 0,
}: Omit<BootCommand, "waitMs" | "keyboard">): readonly Keystrokes[] {
  const texts = commands.map((command) => command.render(values));
  // Without a pause between them the elements are one text: a tag may reach from one into the next.
  if (groupIntervalMs <= 0) return keystrokesOf(texts.join(""));
  const pause: Keystrokes = { kind: "wait", ms: groupIntervalMs };
  return texts.flatMap((text) => [pause, ...keystrokesOf(text)]).slice(1);
}

function keystrokesOf(text: string): readonly Keystrokes[] {
  const { items, problems } = parseKeystrokes(text);
  const error = problems.find(({ severity }) => severity === "error");
  if (!error) return items;
  const excerpt = text.slice(Math.max(error.offset - 20, 0), error.offset + 20);
  throw new BuildError(`The boot command cannot be typed: ${error.message}`, { hint: `At: ${excerpt}` });
}

/** Some programs throw away what is typed while they change the screen, or take Esc and a letter for one key. */
const SETTLE_MS = 100;
const functionKeys = Array.from({ length: 12 }, (_, index) => `f${index + 1}`);
const settleAfter: ReadonlySet<string> = new Set(["ret", "esc", ...functionKeys]);

async function play(run: Run, items: readonly Keystrokes[], keyboard: Keyboard, signal: AbortSignal): Promise<void> {
  let pending: Keystroke[] = [];
  let typed = 0;
  const total = items.filter(({ kind }) => kind === "type").length;
  const flush = async (): Promise<void> => {
    if (pending.length === 0) return;
    await keyboard.type(pending, signal);
    typed += pending.length;
    pending = [];
    run.progress("boot command", typed, total, "items");
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

function pauseAfter(item: Keystrokes): number {
  if (item.kind === "wait") return item.ms;
  const last = item.stroke.at(-1)!;
  return !last.down && settleAfter.has(last.key.qcode) ? SETTLE_MS : 0;
}

/** The interval the user asked for: the argument, else `PACKER_KEY_INTERVAL`, else none. */
export function keyIntervalMs(run: Run, configured: number | undefined): number | undefined {
  if (configured !== undefined) return configured;
  const text = run.host.env["PACKER_KEY_INTERVAL"];
  if (text === undefined || text === "") return undefined;
  const ms = parseDuration(text);
  if (ms === undefined) throw new BuildError(`PACKER_KEY_INTERVAL is "${text}", which is not a duration such as 10ms`);
  return ms;
}
