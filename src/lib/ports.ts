import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { join } from "node:path";
import { tryLock, type FileLock } from "./file-lock.ts";

/** From `min` up to but not including `max`; `min` alone when both are equal. */
export interface PortRange {
  readonly min: number;
  readonly max: number;
}

/** A TCP port that this module gives to no other process until `release`. */
export interface ReservedPort {
  readonly port: number;
  release(): Promise<void>;
}

export interface ReservePortOptions {
  readonly range: PortRange;
  /** Address the port has to be free on. */
  readonly host: string;
  /** Shared by all processes of the user (the cache directory). */
  readonly lockDirectory: string;
  /** Ports known to be unusable. */
  readonly exclude?: ReadonlySet<number>;
  readonly signal?: AbortSignal | undefined;
}

export class NoFreePortError extends Error {
  override readonly name = "NoFreePortError";
}

/**
 * Reserves a free port: a random start spreads concurrent callers, then each port of the range is tried once.
 * Rejects with a NoFreePortError when none is free.
 */
export async function reservePort(options: ReservePortOptions): Promise<ReservedPort> {
  for (const port of candidates(options.range)) {
    options.signal?.throwIfAborted();
    if (options.exclude?.has(port) === true) continue;
    const lock = await lockPort(options.lockDirectory, port);
    if (!lock) continue;
    if (await isPortFree(port, options.host)) return { port, release: () => lock.release() };
    await lock.release();
  }
  const { min, max } = options.range;
  if (max - min <= 1) throw new NoFreePortError(`Port ${min} is not free on ${options.host}`);
  throw new NoFreePortError(`No port from ${min} to ${max - 1} is free on ${options.host}`);
}

/** Takes the cross-process lock of one port, or `undefined` when another process holds it. */
export function lockPort(lockDirectory: string, port: number): Promise<FileLock | undefined> {
  return tryLock(join(lockDirectory, `port-${port}.lock`));
}

/** Every port of the range once, from a random one. */
export function* candidates({ min, max }: PortRange): Generator<number> {
  const count = Math.max(max - min, 1);
  const start = randomInt(count);
  for (let i = 0; i < count; i++) yield min + ((start + i) % count);
}

export async function isPortFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
