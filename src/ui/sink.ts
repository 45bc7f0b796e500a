import type { WhenReady } from "./when-ready.ts";

/** Where a renderer writes. A reader that went away (EPIPE, a dead terminal's EIO) ends the output, never the run. */
export interface Sink {
  write(text: string): void;
  /** Resolves when little is waiting to be written; at once when nothing reads any more. */
  ready(): WhenReady;
  /** Resolves when everything was written or nothing reads any more. */
  close(): Promise<void>;
  readonly isGone: boolean;
}

/** Called once for a file that cannot be written any more; the run goes on without it. */
export type OnLost = (path: string, error: Error) => void;

/** What may wait in memory before producers of output are held back. */
const MOST_WAITING = 1024 * 1024;

export function createSink(stream: NodeJS.WritableStream & { readonly writableLength?: number }): Sink {
  let isGone = false;
  const waiters = new Set<() => void>();
  const wake = (): void => {
    for (const resolve of waiters) resolve();
    waiters.clear();
  };
  const gone = (): void => {
    isGone = true;
    wake();
  };
  stream.on("error", gone);
  stream.on("close", gone);
  stream.on("drain", wake);
  const until = async (isDone: () => boolean): Promise<void> => {
    while (!isGone && !isDone()) await new Promise<void>((resolve) => waiters.add(resolve));
  };
  const hasRoom = (): boolean => (stream.writableLength ?? 0) <= MOST_WAITING;
  return {
    get isGone() {
      return isGone;
    },
    write: (text) => {
      if (isGone || text === "") return;
      try {
        stream.write(text, (error) => (error ? gone() : wake()));
      } catch {
        isGone = true;
      }
    },
    ready: () => (isGone || hasRoom() ? undefined : until(hasRoom)),
    close: () => until(() => (stream.writableLength ?? 0) === 0),
  };
}
