import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

/**
 * A random UUID (version 4), for names that must not be guessed or met twice. Linux hands them out (random(4)), which
 * spares short commands the milliseconds that loading `node:crypto` takes.
 */
export function randomUuid(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/uuid", "latin1").trim();
  } catch {
    return randomUUID();
  }
}
