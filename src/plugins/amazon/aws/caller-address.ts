import { isIP } from "node:net";

/** Answers with the address it sees us from. */
const CHECK_IP = "https://checkip.amazonaws.com/";

/** The caller's own address as a network of one, `undefined` where it cannot be found out within three seconds. */
export async function callerAddress(
  endpoint: string | undefined,
  signal: AbortSignal,
  checkIp: string = CHECK_IP,
): Promise<string | undefined> {
  // A service on this machine sees us as what we are to ourselves.
  if (endpoint !== undefined && /^https?:\/\/(localhost|127\.|\[::1\])/.test(endpoint)) return "127.0.0.1/32";
  try {
    const answer = await fetch(checkIp, { signal: AbortSignal.any([signal, AbortSignal.timeout(3000)]) });
    const address = (await answer.text()).trim();
    const family = answer.ok ? isIP(address) : 0;
    return family === 0 ? undefined : `${address}/${family === 4 ? 32 : 128}`;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
