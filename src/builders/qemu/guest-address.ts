import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import type { QmpClient } from "../../lib/qmp.ts";
import { BuildError } from "../../sdk/error.ts";

/** What the guest calls the host in QEMU's user network: it leads to the host's loopback. */
export const USER_NETWORK_HOST = "10.0.2.2";

/** The host's IPv4 address on a bridge. */
export function bridgeAddress(bridge: string): string {
  const address = networkInterfaces()[bridge]?.find((candidate) => candidate.family === "IPv4")?.address;
  if (address !== undefined) return address;
  throw new BuildError(`The bridge "${bridge}" has no IPv4 address on this host`, {
    hint: "Give it one, or leave net_bridge out to use QEMU's own network.",
  });
}

/** The guest's IPv4 address on the bridge, from its MAC address and the host's neighbour table; `undefined` so far. */
export async function guestAddress(qmp: QmpClient, bridge: string): Promise<string | undefined> {
  const answer = String(await qmp.execute("human-monitor-command", { "command-line": "info network" }));
  const mac = /macaddr=([0-9a-f:]{17})/i.exec(answer)?.[1];
  return mac === undefined ? undefined : neighbour(await readFile("/proc/net/arp", "utf8"), mac, bridge);
}

/** One line of /proc/net/arp (proc(5)): address, type, flags, MAC, mask, device. Flag 0x2 means complete. */
export function neighbour(table: string, mac: string, device: string): string | undefined {
  for (const line of table.split("\n").slice(1)) {
    const [address, , flags, neighbourMac, , neighbourDevice] = line.trim().split(/\s+/);
    const complete = (Number(flags) & 2) !== 0;
    if (complete && neighbourMac === mac.toLowerCase() && neighbourDevice === device) return address;
  }
  return undefined;
}
