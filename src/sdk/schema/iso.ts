import type * as z from "zod";
import { checksumFileOf } from "./checksum-file.ts";
import { digestLengths } from "../../lib/checksum.ts";
import { parseChecksum } from "../../lib/checksum-spec.ts";
import { nearest } from "../../lib/did-you-mean.ts";
import { hinted, list, text } from "./field.ts";
import { downloadUrlIssues } from "./download-url.ts";
import { error, exactlyOne, rule, warning } from "./rules.ts";
import type { ConfigIssue, LegacyArgument } from "./schema.ts";

/** The source image of a machine: where it comes from and how it is recognised. */
export const isoFields = {
  iso_url: text(
    "Where the installation image is: an `http`, `https` or `file` URL, or a path. A packed one (`.gz`, `.bz2`, `.xz`, `.zst`, `.zip`, `.tar`) is unpacked.",
  ).optional(),
  iso_urls: list(
    text("One place."),
    "Several places of the same image, tried in this order until one works.",
  ).optional(),
  iso_checksum: hinted(
    text(
      "What the image has to be: `sha256:DIGITS` (or `md5`, `sha1`, `sha224`, `sha384`, `sha512`), the digits alone (their number " +
        "tells the algorithm), `file:URL` or `file:PATH` of a checksum file that lists the image by name, or `none` to accept anything.",
    ),
    'Write "sha256:" and its digits, "file:" and the place of a checksum file, or "none".',
  ),
  iso_target_path: text(
    "Where to keep the image: a file, or an existing directory. By default it is kept in the cache, once for all templates that use it.",
  ).optional(),
  iso_target_extension: text("Extension of the image's name in the cache.").default("iso"),
} as const;

export type IsoConfig = z.output<z.ZodObject<typeof isoFields>>;

export const isoRules = [
  exactlyOne("iso_url", "iso_urls"),
  rule(isoFields, ["iso_url"], ({ iso_url }) => downloadUrlIssues(iso_url, ["iso_url"])),
  rule(isoFields, ["iso_urls"], ({ iso_urls = [] }) =>
    iso_urls.flatMap((url, index) => downloadUrlIssues(url, ["iso_urls", index])),
  ),
  rule(isoFields, ["iso_checksum", "iso_url", "iso_urls"], ({ iso_checksum, ...places }) =>
    checksumIssues(iso_checksum, "iso_checksum", isoUrls(places)[0]),
  ),
];

/** What is wrong with the checksum of an image, or doubtful; `url` is where the image comes from. */
export function checksumIssues(text: string, name: string, url = ""): readonly ConfigIssue[] {
  const checksum = parseChecksum(text);
  if (checksum.kind === "invalid") return [invalidChecksum(text, name, checksum.problem)];
  if (checksum.kind === "none") return [warning("no-checksum", [name], "No checksum", unchecked(url))];
  if (checksum.kind !== "file") return [];
  return downloadUrlIssues(checksum.location, [name]).map(({ within: _, fix: __, ...issue }) => issue);
}

/** The address of a checksum file without "file:", and a kind whose name is mistyped, are what it mostly is. */
function invalidChecksum(text: string, name: string, problem: string): ConfigIssue {
  const written = /^(https?:|\.{0,2}\/).*|^[\w./-]+(SUMS?|sums?)(\.\w+)?$/.test(text)
    ? `file:${text}`
    : otherKind(text);
  const issue = error("invalid-checksum", [name], "Invalid checksum", problem);
  if (written === undefined) return issue;
  const meant = JSON.stringify(written);
  return {
    ...issue,
    detail: `${problem} Did you mean ${meant}?`,
    fix: { kind: "replace", part: "value", text: meant },
  };
}

function otherKind(text: string): string | undefined {
  const [, kind = "", digits = ""] = /^([\w-]+):([0-9a-f]{32,})$/i.exec(text.trim()) ?? [];
  const meant = kind && nearest(kind.replace("-", ""), Object.keys(digestLengths));
  const corrected = meant && `${meant}:${digits}`;
  return corrected && parseChecksum(corrected).kind === "digest" ? corrected : undefined;
}

function unchecked(url: string): string {
  const file = checksumFileOf(url);
  const risk = 'With "none" nobody notices when the image has changed or was cut off on its way.';
  if (file !== undefined) return `${risk} Its publisher has a file of checksums beside it: ${JSON.stringify(file)}.`;
  return `${risk} "sha256:" and its digits, or "file:" and the place of a checksum file, make sure of it.`;
}

/** Arguments Packer 1.6 folded into `iso_checksum`. */
export const isoLegacy: readonly LegacyArgument[] = [
  {
    name: "iso_checksum_type",
    replacement: 'write the type before the digits, as in iso_checksum = "sha256:DIGITS"',
    apply: ({ iso_checksum_type: type, ...args }) => {
      const checksum = args["iso_checksum"];
      if (type === "none") return { ...args, iso_checksum: "none" };
      if (typeof type !== "string" || typeof checksum !== "string" || checksum.includes(":")) return args;
      return { ...args, iso_checksum: `${type}:${checksum}` };
    },
  },
  {
    name: "iso_checksum_url",
    replacement: 'use iso_checksum = "file:URL"',
    apply: ({ iso_checksum_url: url, ...args }) => {
      if (typeof url !== "string" || url === "" || args["iso_checksum"]) return args;
      return { ...args, iso_checksum: `file:${url}` };
    },
  },
];

/** `iso_url` and `iso_urls` as one list. */
export function isoUrls({ iso_url, iso_urls = [] }: Pick<IsoConfig, "iso_url" | "iso_urls">): readonly string[] {
  return iso_url ? [iso_url] : iso_urls;
}
