import { describeDuration, parseDuration } from "../../lib/duration.ts";
import { parseKeystrokes, type Keystrokes } from "../../lib/keystrokes.ts";
import { sleep } from "../../lib/retry.ts";
import { BuildError } from "../../sdk/error.ts";
import { withHeartbeat } from "../../sdk/heartbeat.ts";
import type { MachineTemplate, MachineValues } from "../../sdk/schema/boot.ts";
import type { Run } from "../../sdk/run.ts";
import type { Keyboard } from "./keyboard.ts";
import { playKeystrokes } from "./play-keystrokes.ts";

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
    const total = items.filter(({ kind }) => kind === "type").length;
    const onTyped = (count: number): void => run.progress("boot command", count, total, "items");
    await playKeystrokes(items, options.keyboard, { signal, onTyped });
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

/** The interval the user asked for: the argument, else `PACKER_KEY_INTERVAL`, else none. */
export function keyIntervalMs(run: Run, configured: number | undefined): number | undefined {
  if (configured !== undefined) return configured;
  const text = run.host.env["PACKER_KEY_INTERVAL"];
  if (text === undefined || text === "") return undefined;
  const ms = parseDuration(text);
  if (ms === undefined) throw new BuildError(`PACKER_KEY_INTERVAL is "${text}", which is not a duration such as 10ms`);
  return ms;
}
