import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

/**
 * A random UUID (version 4), for names that must be unique and unpredictable. Linux provides them (random(4)), which
 * saves short commands the milliseconds it takes to load `node:crypto`.
 */
export function randomUuid(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/uuid", "latin1").trim();
  } catch {
    return randomUUID();
  }
}
