import type { Writable } from "node:stream";

/** Resolves when a stream that is full has room again, or was closed; rejects when it failed. */
export function drained(to: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error) => {
      to.off("drain", done).off("error", done).off("close", done);
      if (error) reject(error);
      else resolve();
    };
    to.on("drain", done).on("error", done).on("close", done);
  });
}
