import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { isPortFree } from "../../src/lib/ports.ts";

/** Below the ports that systems give to connections, above those that imgbuild and the tests' programs ask for. */
const [FIRST, LAST] = [12_000, 29_999];
let next = FIRST + Math.floor(Math.random() * (LAST - FIRST));

/** A port of loopback that is free at the moment, that no connection is given, and that this process is not told of again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = next;
    next = port === LAST ? FIRST : port + 1;
    if (await isPortFree(port, "127.0.0.1")) return port;
  }
}

/** Until something accepts connections on a port of loopback. */
export async function untilAccepting(port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const accepted = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (accepted) return;
    await sleep(20);
  }
  throw new Error(`nothing accepts on port ${port}`);
}
