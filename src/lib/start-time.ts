/**
 * The time of a run: `timestamp`, `isotime` and the like all derive from it, so that they agree.
 * SOURCE_DATE_EPOCH (seconds) replaces the clock, for reproducible images. A run that goes on with an earlier one has
 * that one's time.
 */
export function startTime(host: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: { now(): number };
  readonly startedAt?: number | undefined;
}): Date {
  const epoch = host.env["SOURCE_DATE_EPOCH"] ?? "";
  if (/^\d+$/.test(epoch)) return new Date(Number(epoch) * 1000);
  return new Date(host.startedAt ?? host.clock.now());
}
