import { createSocket } from "node:dgram";
import { readFile } from "node:fs/promises";
import { networkInterfaces, type NetworkInterfaceInfo } from "node:os";
import ipaddr from "ipaddr.js";
import type { QmpClient } from "./qmp.ts";
import { BuildError } from "../../sdk/error.ts";

/** What the guest calls the host in QEMU's user network: it leads to the host's loopback. */
export const USER_NETWORK_HOST = "10.0.2.2";

/** The host's IPv4 address on a bridge. */
export function bridgeAddress(bridge: string): string {
  const found = addressOn(bridge);
  if (found) return found.address;
  throw new BuildError(`The bridge "${bridge}" has no IPv4 address on this host`, {
    hint: "Give it one, or leave net_bridge out to use QEMU's own network.",
  });
}

function addressOn(bridge: string): NetworkInterfaceInfo | undefined {
  return networkInterfaces()[bridge]?.find((candidate) => candidate.family === "IPv4");
}

/** The guest's IPv4 address on the bridge, from its MAC address and the host's neighbour table; `undefined` while it is not known. */
export async function guestAddress(qmp: QmpClient, bridge: string): Promise<string | undefined> {
  const answer = String(await qmp.execute("human-monitor-command", { "command-line": "info network" }));
  const mac = /macaddr=([0-9a-f:]{17})/i.exec(answer)?.[1];
  if (mac === undefined) return undefined;
  const known = neighbour(await readFile("/proc/net/arp", "utf8"), mac, bridge);
  if (known === undefined) await meetNeighbours(bridge);
  return known;
}

/** The addresses of larger networks are not tried. */
const MOST_NEIGHBOURS = 256;
/** Nobody listens there (RFC 863); what counts is that the kernel has to ask who has the address. */
const DISCARD_PORT = 9;

/**
 * Makes the kernel ask for every address of the bridge's network, so that a guest which has not spoken to this host yet
 * is in the neighbour table the next time it is read.
 */
async function meetNeighbours(bridge: string): Promise<void> {
  const own = addressOn(bridge);
  if (!own?.cidr) return;
  const addresses = hostsOf(own.cidr).filter((address) => address !== own.address);
  const socket = createSocket("udp4");
  // Addresses that nobody has are reported as errors of later packets.
  socket.on("error", () => {});
  const sendTo = (address: string) => new Promise<void>((sent) => socket.send("", DISCARD_PORT, address, () => sent()));
  await Promise.all(addresses.map(sendTo));
  socket.close();
}

/** The addresses hosts can have in a network such as `10.0.0.1/24`; none where there are too many. */
export function hostsOf(cidr: string): readonly string[] {
  const [address, bits] = ipaddr.IPv4.parseCIDR(cidr);
  const size = 2 ** (32 - bits);
  if (size > MOST_NEIGHBOURS) return [];
  const number = address.toByteArray().reduce((total, byte) => total * 256 + byte, 0);
  const first = number - (number % size);
  const addressOf = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
  return Array.from({ length: Math.max(size - 2, 0) }, (_, index) => addressOf(first + 1 + index));
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
