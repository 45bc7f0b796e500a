import type { ServerResponse } from "node:http";
import { sleep } from "../../../src/lib/retry.ts";

/** What goes wrong. Each entry is asked of every request, by the last word of its action: `Receive`, `Identify`. */
export interface Trouble {
  /** Answer with this status and nothing else. */
  status?: ((action: string) => number | undefined) | undefined;
  /** Accept the login of nobody. */
  refuseLogin?: boolean;
  /** Take so long for an answer. */
  delayMs?: ((action: string) => number | undefined) | undefined;
  /** Close the connection instead of answering. */
  reset?: ((action: string) => boolean) | undefined;
  /** Never answer, and never close: the machine is gone. */
  silence?: ((action: string) => boolean) | undefined;
  /** Send half of the answer's body and close. */
  cut?: ((action: string) => boolean) | undefined;
  /** Announce the end of the connection with an answer, so that a login does not outlive it. */
  hangUp?: ((action: string) => boolean) | undefined;
}

/** True when the request needs no answer any more. */
export async function makeTrouble(trouble: Trouble, action: string, response: ServerResponse): Promise<boolean> {
  const delay = trouble.delayMs?.(action) ?? 0;
  if (delay > 0) await sleep(delay);
  if (trouble.silence?.(action) === true) return true;
  if (trouble.reset?.(action) === true) {
    response.socket?.resetAndDestroy();
    return true;
  }
  const status = trouble.status?.(action);
  if (status === undefined) return false;
  response.writeHead(status).end();
  return true;
}

/** Every call but the first so many. */
export function afterCalls(count: number, wanted: string): (action: string) => boolean {
  let calls = 0;
  return (action) => action === wanted && calls++ >= count;
}

/** Only the first so many calls. */
export function firstCalls(count: number, wanted: string): (action: string) => boolean {
  let calls = 0;
  return (action) => action === wanted && calls++ < count;
}
