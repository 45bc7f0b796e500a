import { isIP } from "node:net";

/** Answers with the address that it sees the caller's request come from. */
const CHECK_IP = "https://checkip.amazonaws.com/";

/** The caller's own address as a network of one, `undefined` where it cannot be found out within three seconds. */
export async function callerAddress(
  endpoint: string | undefined,
  signal: AbortSignal,
  checkIp: string = CHECK_IP,
): Promise<string | undefined> {
  // A service on this machine sees requests come from loopback.
  if (endpoint !== undefined && /^https?:\/\/(localhost|127\.|\[::1\])/.test(endpoint)) return "127.0.0.1/32";
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(3000)]);
    const answer = await fetch(checkIp, { signal: limited, redirect: "error" });
    const address = (await answer.text()).trim();
    const bits = prefixLengths.get(isIP(address));
    if (answer.ok && bits !== undefined) return `${address}/${bits}`;
  } catch {
    signal.throwIfAborted();
  }
  return undefined;
}

/** Of a network of one address, by IP version. */
const prefixLengths: ReadonlyMap<number, number> = new Map([
  [4, 32],
  [6, 128],
]);
