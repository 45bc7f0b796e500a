import type { BuildEvent, Emit } from "../sdk/event.ts";
import type { Clock } from "../sdk/host.ts";
import { buildOf } from "./renderer.ts";

interface Activity {
  readonly step: string;
  readonly startedAt: number;
  lastEventAt: number;
}

/** For each build that has been silent for `everyMs`, emits which step it is at, and for how long. */
export interface Heartbeats {
  saw(event: BuildEvent): void;
  stop(): void;
}

export function createHeartbeats(options: {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly everyMs: number;
}): Heartbeats {
  const { clock, everyMs } = options;
  const active = new Map<string, Activity>();
  const beat = (): void => {
    const now = clock.monotonic();
    for (const [build, activity] of active) {
      if (now - activity.lastEventAt < everyMs) continue;
      activity.lastEventAt = now;
      options.emit({ kind: "waiting", build, what: activity.step, elapsedMs: now - activity.startedAt });
    }
  };
  const timer = setInterval(beat, Math.max(1, everyMs / 10));
  timer.unref();
  return {
    saw: (event) => {
      const now = clock.monotonic();
      if (event.kind === "step-started")
        active.set(event.build, { step: event.step, startedAt: now, lastEventAt: now });
      if (event.kind === "build-finished" || event.kind === "step-finished") active.delete(event.build);
      const build = buildOf(event);
      const activity = build && active.get(build);
      if (activity && event.kind !== "debug") activity.lastEventAt = now;
    },
    stop: () => clearInterval(timer),
  };
}
