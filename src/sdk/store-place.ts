import { errorText } from "../lib/error-text.ts";
import { isSystemError } from "../lib/system-error.ts";
import { BuildError } from "./error.ts";
import type { Host } from "./host.ts";

/**
 * Where a store keeps its objects: a directory, a bucket. Names are relative paths with `/`, of lower-case letters, digits and
 * `.-_`. An object is there whole or not at all, whoever else is writing, and whatever kills whoever writes.
 */
export interface StorePlace {
  /** As the user named it. */
  readonly name: string;
  /** A small object; `undefined` where there is none. */
  read(name: string, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** A small object; it replaces another one of that name. */
  write(name: string, content: Uint8Array, signal: AbortSignal): Promise<void>;
  stat(name: string, signal: AbortSignal): Promise<ObjectStats | undefined>;
  /** Makes it as young as if it had been written now. `false`: that cannot be done. */
  refresh(name: string, signal: AbortSignal): Promise<boolean>;
  /** Why no object of this name may be written, in words; `undefined` where it may. Nothing is changed by the question. */
  refusal(name: string, signal: AbortSignal): Promise<string | undefined>;
  /** The content of a file. Rejects, and leaves no object, where the file is not what `sha256` says. */
  putFile(name: string, file: FileToPut, transfer: Transfer): Promise<void>;
  /** In order. Rejects with `MissingObject` where there is none. A piece is valid until the next one is asked for. */
  content(name: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Everything whose name begins so, in the order of names. */
  list(prefix: string, signal: AbortSignal): Promise<readonly ListedObject[]>;
  /** What is not there is no failure. */
  remove(names: readonly string[], signal: AbortSignal): Promise<void>;
  /**
   * Removes what was left half written before this time (milliseconds since 1970) of objects whose names begin so. Does what it
   * may, and never rejects.
   */
  sweep(prefix: string, before: number, signal: AbortSignal): Promise<void>;
}

/** An object that is named somewhere, and is not there. */
export class MissingObject extends BuildError {}

/** A file that is to be stored was written to meanwhile. */
export const changedWhileStored = (path: string): BuildError =>
  new BuildError(`${path} has changed while it was put into the store`, {
    hint: "Nothing of it was stored. Put it again when nobody writes to it, with imgbuild store put.",
  });

/** A file that is to be stored cannot be read. */
export const unreadableFile =
  (path: string) =>
  (cause: unknown): never => {
    if (!isSystemError(cause)) throw cause;
    throw new BuildError(`${path} cannot be put into the store: ${errorText(cause)}`);
  };

interface ObjectStats {
  /** In bytes. */
  readonly size: number;
  /** Milliseconds since 1970, by the clock of the place. */
  readonly writtenAt: number;
}

export interface ListedObject extends ObjectStats {
  readonly name: string;
}

export interface FileToPut {
  readonly path: string;
  readonly size: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

export interface Transfer {
  readonly signal: AbortSignal;
  /** Bytes done so far. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** What a place may ask of the command that opens it. */
export interface StoreContext {
  readonly host: Pick<Host, "env" | "homeDir">;
  readonly work: string;
  secret(value: string): void;
  warn(text: string): void;
  debug(topic: string, text: string): void;
}

/** Rejects with a BuildError for an address that cannot be one. Need not find out yet whether it answers. */
export type OpenStorePlace = (address: string, context: StoreContext) => Promise<StorePlace>;
