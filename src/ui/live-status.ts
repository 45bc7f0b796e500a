import type { BuildEvent } from "../sdk/event.ts";
import type { Clock } from "../sdk/host.ts";
import { sanitizeLine } from "./sanitize.ts";
import { createStatus } from "./status.ts";

/** The lines at the bottom of a terminal, kept up to date while builds run. */
export interface LiveStatus {
  saw(event: BuildEvent): void;
  quiet(isQuiet: boolean): void;
  stop(): void;
}

/** The lines say seconds. */
const TICK_MS = 1000;

export function createLiveStatus(
  setStatus: (lines: readonly string[]) => void,
  clock: Pick<Clock, "monotonic">,
): LiveStatus {
  const status = createStatus();
  let timer: NodeJS.Timeout | undefined;
  let isQuiet = false;
  let isShown = false;
  const show = (): void => {
    const lines = isQuiet ? [] : status.lines(clock.monotonic());
    if (lines.length === 0 && !isShown) return;
    isShown = lines.length > 0;
    setStatus(lines.map(sanitizeLine));
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    saw(event) {
      status.saw(event, clock.monotonic());
      if (event.kind === "run-finished") stop();
      else if (event.kind === "run-started") timer ??= setInterval(show, TICK_MS).unref();
      if (REDRAWN.has(event.kind)) show();
    },
    quiet(isWanted) {
      isQuiet = isWanted;
      show();
    },
    stop,
  };
}

/** What makes a line wrong at once; the rest is right again with the next second. */
const REDRAWN: ReadonlySet<BuildEvent["kind"]> = new Set([
  "progress",
  "step-finished",
  "build-finished",
  "run-finished",
]);
