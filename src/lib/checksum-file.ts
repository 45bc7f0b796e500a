import { digestByLength, digestLengths, isDigestAlgorithm, type Digest } from "./checksum.ts";

/** One line of a checksum file. A file may contain just a digest, without a name. */
export interface ChecksumEntry {
  readonly digest: Digest;
  /** As written, with forward slashes, without a leading `./` or `*`. */
  readonly name: string | undefined;
}

/**
 * Reads the lines of a checksum file as GNU coreutils (`DIGITS  name`, `DIGITS *name`), BSD (`SHA256 (name) = DIGITS`)
 * and OpenSSL (`SHA2-256(name)= DIGITS`) write them, or with a digest alone. Other lines (signatures, comments) are
 * ignored.
 */
export function parseChecksumFile(text: string): readonly ChecksumEntry[] {
  return text.split(/\r?\n/).flatMap((line) => parseLine(line.trim()) ?? []);
}

function parseLine(line: string): ChecksumEntry | undefined {
  const bsd = /^([A-Za-z0-9-]+) ?\((.+)\) ?= ?([0-9a-fA-F]+)$/.exec(line);
  if (bsd) return typed(bsd[1]!, bsd[3]!, bsd[2]!);
  const gnu = /^\\?([0-9a-fA-F]{32,128})(?:\s+[ *]?(.+))?$/.exec(line);
  if (!gnu) return undefined;
  const [, hex, name] = gnu;
  const digest = digestByLength(hex!);
  return digest && { digest, name: name && cleanName(name) };
}

function typed(label: string, hex: string, name: string): ChecksumEntry | undefined {
  const algorithm = label
    .toLowerCase()
    .replace(/^sha2-/, "sha")
    .replace("sha-", "sha");
  if (!isDigestAlgorithm(algorithm) || hex.length !== digestLengths[algorithm]) return undefined;
  return { digest: { algorithm, hex: hex.toLowerCase() }, name: cleanName(name) };
}

function cleanName(name: string): string {
  return name
    .replaceAll("\\", "/")
    .replace(/^\*/, "")
    .replace(/^(\.\/)+/, "");
}

/**
 * The digest for a file: by its whole name, else by the last part of it; the strongest where there are several; the
 * only digest of a file without names.
 */
export function findChecksum(entries: readonly ChecksumEntry[], fileName: string): Digest | undefined {
  const named = entries.filter(({ name }) => name === fileName);
  const byLastPart = entries.filter(({ name }) => name !== undefined && lastPart(name) === lastPart(fileName));
  const nameless = entries.filter(({ name }) => name === undefined && entries.length === 1);
  const found = [named, byLastPart, nameless].find((some) => some.length > 0) ?? [];
  return found.map(({ digest }) => digest).sort((a, b) => b.hex.length - a.hex.length)[0];
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf("/") + 1);
