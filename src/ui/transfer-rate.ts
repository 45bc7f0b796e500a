/** How fast something goes on, from what was done by when. */
export interface TransferRate {
  /** Units a second over the last seconds; `undefined` until there is something to go by. */
  perSecond(): number | undefined;
  add(done: number, time: number): void;
}

/** The rate is that of this stretch: an older one says nothing about what is left. */
const WINDOW_MS = 10_000;
/** A shorter stretch says more about buffers than about the line. */
const LEAST_MS = 1000;

export function createTransferRate(): TransferRate {
  let samples: readonly { readonly done: number; readonly time: number }[] = [];
  return {
    add(done, time) {
      const last = samples.at(-1);
      // It began anew, at another server perhaps.
      if (last && done < last.done) samples = [];
      const recent = samples.filter((_, index) => {
        const next = samples[index + 1];
        return next === undefined || next.time >= time - WINDOW_MS;
      });
      samples = [...thinned(recent, time), { done, time }];
    },
    perSecond() {
      const [first] = samples;
      const last = samples.at(-1);
      if (!first || !last || last.time - first.time < LEAST_MS) return undefined;
      return ((last.done - first.done) * 1000) / (last.time - first.time);
    },
  };
}

/** Events may come thousands of times a second: a few samples a second are enough. */
function thinned<Sample extends { readonly time: number }>(samples: readonly Sample[], time: number) {
  const [last, previous] = [samples.at(-1), samples.at(-2)];
  const isCrowded = last && previous && time - previous.time < WINDOW_MS / 50;
  return isCrowded ? samples.slice(0, -1) : samples;
}
