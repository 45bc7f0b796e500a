import { isAbsolute } from "node:path";
import type { PluginAddress } from "../thread/messages.ts";

/** The version of Packer's plugin interface that is spoken here. */
export const API = { major: 5, minor: 0 } as const;

/** What the first line of a plugin said: where it listens, or why that is no use, as a sentence. */
export type Handshake = { readonly address: PluginAddress } | { readonly problem: string };

/** Reads `MAJOR|MINOR|NETWORK|ADDRESS`. Source: Packer's SDK, `plugin/server.go`. */
export function parseHandshake(line: string): Handshake {
  const fields = line.trim().split("|");
  // Packer before 1.7 had one number; its components may say 5 all the same, so that the fields are counted first.
  if (fields.length === 3 && /^\d+$/.test(fields[0]!)) {
    return { problem: "It was made for Packer 1.6 or older, which spoke another protocol." };
  }
  const [major = "", minor = "", network = "", ...address] = fields;
  if (fields.length < 4 || !/^\d+$/.test(major) || !/^\d+$/.test(minor)) {
    return { problem: `It is no plugin of Packer, or a broken one: the first line it wrote is ${quoted(line)}.` };
  }
  if (Number(major) !== API.major || Number(minor) > API.minor) {
    const known = `${API.major}.${API.minor}`;
    return { problem: `It speaks version ${major}.${minor} of Packer's plugin protocol; imgbuild speaks ${known}.` };
  }
  return toAddress(network, address.join("|"));
}

function toAddress(network: string, address: string): Handshake {
  if (network === "unix" && isAbsolute(address)) return { address: { network, path: address } };
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(address) ?? [];
  if (network === "tcp" && isLoopback(host)) return { address: { network, host: host!, port: Number(port) } };
  const place = quoted(`${network} ${address}`);
  return { problem: `It listens where imgbuild does not connect to: ${place}.` };
}

/** Nothing that is said to a plugin may leave this machine. */
function isLoopback(host: string | undefined): boolean {
  return host !== undefined && /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/.test(host);
}

const quoted = (text: string): string => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
