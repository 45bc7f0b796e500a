import type { Readable } from "node:stream";
import { errorMessage } from "../lib/error-text.ts";
import type { UploadSource } from "../sdk/communicator.ts";
import { ConnectionLost } from "../sdk/error.ts";

export interface CopyOptions {
  /** The source can be read from its beginning again. */
  readonly mayRepeat: boolean;
  readonly signal: AbortSignal;
  /** The communicator was closed: nobody waits for the copy. */
  readonly isClosed: () => boolean;
  readonly onWarning: (text: string) => void;
}

/** Copies, and once more where the connection was lost in the middle. Rejects with what the last try rejected with. */
export async function copyWithRetry(copy: () => Promise<void>, options: CopyOptions): Promise<void> {
  const { mayRepeat, signal, isClosed, onWarning } = options;
  try {
    await copy();
  } catch (error) {
    signal.throwIfAborted();
    if (!mayRepeat || !(error instanceof ConnectionLost) || isClosed()) throw error;
    onWarning(`${errorMessage(error)}. Connecting again and starting this copy anew.`);
    await copy();
  }
}

/** A stream is read once; bytes, and what a function opens, as often as it takes. */
export function isReadAgain(source: UploadSource): boolean {
  return typeof source === "function" || source instanceof Uint8Array;
}

export function openSource(source: UploadSource): Readable | Uint8Array {
  return typeof source === "function" ? source() : source;
}
