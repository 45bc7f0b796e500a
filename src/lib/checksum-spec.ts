import { digestByLength, digestLengths, isDigestAlgorithm, type Digest } from "./checksum.ts";

/** How a download is verified, as written in templates. */
export type Checksum =
  | { readonly kind: "none" }
  | { readonly kind: "digest"; readonly digest: Digest }
  /** A URL or path of a checksum file; `algorithm` where the text names one. */
  | { readonly kind: "file"; readonly location: string };

export type ParsedChecksum = Checksum | { readonly kind: "invalid"; readonly problem: string };

/** Reads `none`, `DIGITS`, `sha256:DIGITS` or `file:LOCATION`. `problem` is a sentence for the user. */
export function parseChecksum(text: string): ParsedChecksum {
  const trimmed = text.trim();
  if (trimmed.toLowerCase() === "none") return { kind: "none" };
  if (trimmed === "")
    return invalid(
      'A checksum is required so that a changed download cannot enter the image unnoticed. To accept any file, set it to "none".',
    );
  const colon = trimmed.indexOf(":");
  if (colon < 0) return bareDigits(trimmed);
  const type = trimmed.slice(0, colon).toLowerCase();
  const rest = trimmed.slice(colon + 1).trim();
  if (type === "file" && rest === "") return invalid('"file:" must be followed by the URL or path of a checksum file.');
  if (type === "file") return { kind: "file", location: rest };
  if (type === "none") return { kind: "none" };
  if (!isDigestAlgorithm(type)) {
    return invalid(
      `"${type}" is not a kind of checksum. Use one of ${Object.keys(digestLengths).join(", ")}, or "file:" and the URL or path of a checksum file.`,
    );
  }
  return typedDigits(type, rest);
}

function typedDigits(algorithm: keyof typeof digestLengths, hex: string): ParsedChecksum {
  const expected = digestLengths[algorithm];
  if (!/^[0-9a-fA-F]*$/.test(hex))
    return invalid(`"${hex}" is not a ${algorithm} checksum: it may hold only the digits 0-9 and a-f.`);
  if (hex.length !== expected)
    return invalid(`A ${algorithm} checksum has ${expected} digits, and "${hex}" has ${hex.length}.`);
  return { kind: "digest", digest: { algorithm, hex: hex.toLowerCase() } };
}

function bareDigits(text: string): ParsedChecksum {
  const digest = digestByLength(text);
  if (digest) return { kind: "digest", digest };
  const lengths = Object.entries(digestLengths).map(([name, length]) => `${length} (${name})`);
  if (/^[0-9a-fA-F]+$/.test(text))
    return invalid(`"${text}" has ${text.length} digits; a checksum has ${lengths.join(", ")}.`);
  return invalid(
    `"${text}" is not a checksum. Write "sha256:" and the digits, "file:" and the URL or path of a checksum file, or "none".`,
  );
}

function invalid(problem: string): ParsedChecksum {
  return { kind: "invalid", problem };
}
