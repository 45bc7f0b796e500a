import { createHash } from "node:crypto";
import { sleep } from "../lib/retry.ts";
import { describeDuration } from "../lib/duration.ts";
import type { Run } from "../sdk/run.ts";
import { savePicture, takePicture, type Screenshot } from "./screen-picture.ts";

export interface ScreenWatch {
  /** `SSH`. */
  readonly what: string;
  readonly screenshot: Screenshot | undefined;
  /** A command to try by hand, as soon as it is known. */
  readonly login: () => string | undefined;
  readonly pace?: Pace;
}

interface Pace {
  readonly lookEveryMs: number;
  /** From when on a login is late. */
  readonly lateMs: number;
  /** For how long a screen has to stand still to be worth a word. */
  readonly stillMs: number;
}

const PACE: Pace = { lookEveryMs: 20_000, lateMs: 60_000, stillMs: 180_000 };

/**
 * Awaits `body`, which waits for a login. Once it is late a picture of the screen is kept, and how to try by hand is said; a
 * screen that stands still is said once, with its picture, until it changes.
 */
export async function withScreenWatch<Result>(
  run: Run,
  watch: ScreenWatch,
  body: () => Promise<Result>,
): Promise<Result> {
  const over = new AbortController();
  const watching = lookAgain(run, watch, over.signal);
  try {
    return await body();
  } finally {
    over.abort();
    await watching;
  }
}

async function lookAgain(run: Run, watch: ScreenWatch, over: AbortSignal): Promise<void> {
  const { lookEveryMs, lateMs, stillMs } = watch.pace ?? PACE;
  const { clock } = run.host;
  const started = clock.monotonic();
  const still = createStillness();
  let isLate = false;
  while (await isStillWaiting(lookEveryMs, over)) {
    const picture = watch.screenshot && (await takePicture(run, watch.screenshot));
    if (over.aborted) return;
    const now = clock.monotonic();
    if (!isLate && now - started >= lateMs) {
      isLate = true;
      await sayLate(run, watch, picture);
    }
    if (picture && still.isNews(picture, now, stillMs)) await sayStill(run, picture, stillMs);
  }
}

const isStillWaiting = (ms: number, over: AbortSignal): Promise<boolean> =>
  sleep(ms, over).then(
    () => !over.aborted,
    () => false,
  );

async function sayLate(run: Run, { what, login }: ScreenWatch, picture: Uint8Array | undefined): Promise<void> {
  const path = picture && (await savePicture(run, "waiting", picture));
  const command = login();
  if (path === undefined && command === undefined) return;
  const lines = [`No login by ${what} yet.`];
  if (path !== undefined) lines.push(`The machine's screen: ${path}`);
  if (command !== undefined) lines.push("To try it by hand:", `    ${command}`);
  run.say(lines.join("\n"));
}

async function sayStill(run: Run, picture: Uint8Array, stillMs: number): Promise<void> {
  const path = await savePicture(run, "still", picture);
  const where = path === undefined ? "." : `: ${path}`;
  run.say(`The machine's screen has not changed for ${describeDuration(stillMs)}${where}`);
}

interface Stillness {
  /** Whether the screen has now stood still for so long, and nobody was told. */
  isNews(picture: Uint8Array, now: number, stillMs: number): boolean;
}

/** Two pictures that come again and again are one: a cursor blinks. */
function createStillness(): Stillness {
  let known: readonly string[] = [];
  let since = 0;
  let isTold = false;
  return {
    isNews(picture, now, stillMs) {
      const digest = createHash("sha1").update(picture).digest("hex");
      if (!known.includes(digest)) {
        known = [...known.slice(-1), digest];
        since = now;
        isTold = false;
      }
      if (isTold || now - since < stillMs) return false;
      isTold = true;
      return true;
    },
  };
}
