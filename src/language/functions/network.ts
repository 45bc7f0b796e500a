import ipaddr from "ipaddr.js";
import { BOOL, boolValue, listOf, STRING, stringValue } from "../value.ts";
import { integerAt, numberParam, stringParam, textAt, textList, wholeAt } from "./arguments.ts";
import { FunctionError, type FunctionDeclaration } from "./definition.ts";

const prefix = stringParam("prefix");

export const networkFunctions: readonly FunctionDeclaration[] = [
  {
    name: "cidrhost",
    group: "network",
    parameters: [prefix, numberParam("hostnum")],
    returns: STRING,
    description: "The address of a host in a network. A negative number counts from the end.",
    example: ['cidrhost("10.12.112.0/20", 16)', '"10.12.112.16"'],
    call: (args) => stringValue(hostAddress(networkAt(textAt(args, 0), 0), wholeAt(args, 1))),
  },
  {
    name: "cidrnetmask",
    group: "network",
    parameters: [prefix],
    returns: STRING,
    description: "The netmask of a network, as an address.",
    example: ['cidrnetmask("172.16.0.0/12")', '"255.240.0.0"'],
    call: (args) => {
      const { bits, length } = networkAt(textAt(args, 0), 0);
      return stringValue(formatAddress(hostMask(bits) ^ hostMask(bits - length), bits));
    },
  },
  {
    name: "cidrsubnet",
    group: "network",
    parameters: [prefix, numberParam("newbits"), numberParam("netnum")],
    returns: STRING,
    description: "The part number netnum of a network, with newbits more bits in its prefix.",
    example: ['cidrsubnet("172.16.0.0/12", 4, 2)', '"172.18.0.0/16"'],
    call: (args) => {
      const network = networkAt(textAt(args, 0), 0);
      const newBits = integerAt(args, 1, 0, mostNewBits(network));
      return stringValue(formatNetwork(subnet(network, newBits, wholeAt(args, 2))));
    },
  },
  {
    name: "cidrsubnets",
    group: "network",
    parameters: [prefix],
    variadic: numberParam("newbits"),
    returns: listOf(STRING),
    description: "Consecutive parts of a network, one for each number of additional prefix bits.",
    example: ['cidrsubnets("10.1.0.0/16", 4, 4, 8)', '["10.1.0.0/20", "10.1.16.0/20", "10.1.32.0/24"]'],
    call: (args) => {
      const network = networkAt(textAt(args, 0), 0);
      const bits = args.slice(1).map((_, index) => integerAt(args, index + 1, 1, mostNewBits(network)));
      return textList(consecutive(network, bits).map(formatNetwork));
    },
  },
  {
    name: "cidrcontains",
    group: "network",
    parameters: [stringParam("containing"), stringParam("contained")],
    returns: BOOL,
    description: "Whether a network contains an address or another network.",
    example: ['cidrcontains("10.0.0.0/8", "10.1.2.3")', "true"],
    call: (args) => {
      const outer = networkAt(textAt(args, 0), 0);
      const text = textAt(args, 1);
      const inner = text.includes("/") ? networkAt(text, 1) : parseAddress(text, 1);
      if (inner.bits !== outer.bits) throw new FunctionError("one is IPv4 and the other IPv6.", 1);
      const shift = BigInt(outer.bits - outer.length);
      return boolValue(inner.length >= outer.length && inner.base >> shift === outer.base >> shift);
    },
  },
];

interface IpNetwork {
  /** The address as a number, host bits cleared. */
  readonly base: bigint;
  /** 32 or 128. */
  readonly bits: number;
  /** Length of the prefix. */
  readonly length: number;
}

/** Packer's limit, too, which keeps the number of subnets within 32 bits. */
const MOST_NEW_BITS = 32;
const mostNewBits = ({ bits, length }: IpNetwork): number => Math.min(MOST_NEW_BITS, bits - length);

const hostMask = (bits: number): bigint => (1n << BigInt(bits)) - 1n;

function networkAt(text: string, argument: number): IpNetwork {
  const [, address, length] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  if (!address) throw new FunctionError(`${JSON.stringify(text)} is not a network such as 10.0.0.0/8.`, argument);
  const { base, bits } = parseAddress(address, argument);
  if (Number(length) > bits)
    throw new FunctionError(
      `the prefix of ${JSON.stringify(text)} is longer than the ${bits} bits of an address.`,
      argument,
    );
  const host = hostMask(bits - Number(length));
  return { base: base & ~host, bits, length: Number(length) };
}

function parseAddress(text: string, argument: number): IpNetwork {
  // An IPv6 address with a zone names an interface of one machine.
  const isIpv6 = text.includes(":") && !text.includes("%") && ipaddr.IPv6.isValid(text);
  if (!isIpv6 && !ipaddr.IPv4.isValidFourPartDecimal(text))
    throw new FunctionError(`${JSON.stringify(text)} is not an IP address.`, argument);
  const bytes = ipaddr.parse(isIpv6 ? withoutDots(text) : text).toByteArray();
  const base = bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  return { base, bits: bytes.length * 8, length: bytes.length * 8 };
}

/** `::1.2.3.4` as `::102:304`: the library takes the dotted form for an IPv4 address in any case. */
function withoutDots(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a, b, c, d] = parts.slice(0, 4).map(Number) as [number, number, number, number];
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}

/** ::ffff:0:0/96, the IPv4 addresses within IPv6: written as IPv4. */
const MAPPED = 0xffffn << 32n;
const isMapped = (address: bigint): boolean => address >> 32n === MAPPED >> 32n;

function formatAddress(address: bigint, bits: number): string {
  const bytes = Array.from({ length: bits / 8 }, (_, index) =>
    Number((address >> BigInt(bits - 8 - 8 * index)) & 255n),
  );
  const parsed = ipaddr.fromByteArray(bytes);
  return parsed instanceof ipaddr.IPv6 ? parsed.toRFC5952String() : parsed.toString();
}

function formatNetwork({ base, bits, length }: IpNetwork): string {
  if (bits === 128 && length >= 96 && isMapped(base)) return `${formatAddress(base - MAPPED, 32)}/${length - 96}`;
  return `${formatAddress(base, bits)}/${length}`;
}

function hostAddress({ base, bits, length }: IpNetwork, host: bigint): string {
  const size = 1n << BigInt(bits - length);
  if (host >= size || host < -size) throw new FunctionError(`the network has only ${size} addresses.`, 1);
  const address = base + (host < 0n ? size + host : host);
  return bits === 128 && isMapped(address) ? formatAddress(address - MAPPED, 32) : formatAddress(address, bits);
}

function subnet({ base, bits, length }: IpNetwork, newBits: number, number: bigint): IpNetwork {
  const count = 1n << BigInt(newBits);
  if (number < 0n || number >= count) throw new FunctionError(`${newBits} more bits give only ${count} networks.`, 2);
  return { base: base + (number << BigInt(bits - length - newBits)), bits, length: length + newBits };
}

function consecutive(network: IpNetwork, newBits: readonly number[]): readonly IpNetwork[] {
  let next = network.base;
  const end = network.base + (1n << BigInt(network.bits - network.length));
  return newBits.map((more, index) => {
    const length = network.length + more;
    const size = 1n << BigInt(network.bits - length);
    const base = ((next + size - 1n) / size) * size;
    next = base + size;
    if (next > end) throw new FunctionError("there is not enough room left in the network for this one.", index + 1);
    return { base, bits: network.bits, length };
  });
}
