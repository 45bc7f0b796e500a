import type { Run } from "./run.ts";

/**
 * Awaits `body` and, as long as it takes, tells the user once in a while what is waited for, how long already and how
 * long at most: "still waiting for SSH (12 min, limit 30 min)". The first event, at once, says what is being waited for.
 */
export async function withHeartbeat<Result>(
  run: Pick<Run, "build" | "emit" | "host">,
  what: string,
  options: { readonly limitMs?: number | undefined; readonly everyMs?: number | undefined },
  body: () => Promise<Result>,
): Promise<Result> {
  const started = run.host.clock.monotonic();
  const beat = (): void => {
    const elapsedMs = run.host.clock.monotonic() - started;
    run.emit({ kind: "waiting", build: run.build.name, what, elapsedMs, limitMs: options.limitMs });
  };
  beat();
  const timer = setInterval(beat, options.everyMs ?? 60_000);
  try {
    return await body();
  } finally {
    clearInterval(timer);
  }
}
