import { describe, expect, it } from "vitest";
import { hostsOf, neighbour } from "../../../src/plugins/qemu/guest-address.ts";

const table = `IP address       HW type     Flags       HW address            Mask     Device
192.168.122.10   0x1         0x2         52:54:00:12:34:56     *        virbr0
192.168.122.11   0x1         0x0         52:54:00:00:00:01     *        virbr0
10.0.0.7         0x1         0x2         52:54:00:12:34:57     *        eth0
`;

describe("neighbour", () => {
  it.each<[what: string, mac: string, device: string, address: string | undefined]>([
    ["finds the address of a MAC on the bridge", "52:54:00:12:34:56", "virbr0", "192.168.122.10"],
    ["does not mind capitals", "52:54:00:12:34:56".toUpperCase(), "virbr0", "192.168.122.10"],
    ["passes over entries the kernel is still asking for", "52:54:00:00:00:01", "virbr0", undefined],
    ["passes over other networks", "52:54:00:12:34:57", "virbr0", undefined],
  ])("%s", (_, mac, device, address) => {
    expect(neighbour(table, mac, device)).toBe(address);
  });
});

describe("hostsOf", () => {
  it.each<[cidr: string, count: number, first: string | undefined, last: string | undefined]>([
    ["192.168.122.1/24", 254, "192.168.122.1", "192.168.122.254"],
    ["10.0.0.130/30", 2, "10.0.0.129", "10.0.0.130"],
    ["255.255.255.255/32", 0, undefined, undefined],
    ["10.1.2.3/16", 0, undefined, undefined],
  ])("%s has %d addresses to ask for", (cidr, count, first, last) => {
    const hosts = hostsOf(cidr);
    expect([hosts.length, hosts[0], hosts.at(-1)]).toEqual([count, first, last]);
  });
});
