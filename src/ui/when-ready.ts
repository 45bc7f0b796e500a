/** What `ready` gives: `undefined` where nothing waits, which is so for nearly every line of output. */
export type WhenReady = Promise<void> | undefined;

/** Settles with the last of them. */
export function whenAllReady(several: Iterable<WhenReady>): WhenReady {
  const waiting = [...several].filter((one) => one !== undefined);
  if (waiting.length === 0) return undefined;
  return Promise.all(waiting).then(() => undefined);
}
