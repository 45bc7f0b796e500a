import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureDirectory } from "../../lib/ensure-directory.ts";
import { writeFileAtomic } from "../../lib/atomic-file.ts";
import type { Digest } from "../../lib/checksum.ts";
import { withoutCredentials } from "../../lib/http-dispatcher.ts";
import { isOursAlone } from "../../lib/ours-alone.ts";
import { percentDecode } from "../../lib/percent-decode.ts";
import { isKnownPacking, splitArchive, unknownPacking } from "../../lib/unpack/packing.ts";
import { BuildError } from "../../sdk/error.ts";

/** Where something is: on this machine, or on a web server. */
export type DownloadSource = Place & {
  /** How its address says that it is packed (`?archive=xz`), which the name need not tell; "" where it says nothing. */
  readonly archive: string;
};

type Place = { readonly kind: "local"; readonly path: string } | { readonly kind: "http"; readonly url: string };

/** Reads an `iso_url`: a path, `file:` or `http(s):` URL. */
export function parseSource(text: string, work: string): DownloadSource {
  const { address, archive } = splitArchive(text);
  if (!isKnownPacking(archive)) throw new BuildError(unknownPacking(archive));
  return { ...parsePlace(address, work), archive };
}

function parsePlace(text: string, work: string): Place {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === "http" || scheme === "https") {
    if (!URL.canParse(text)) throw new BuildError(`"${text}" is not a URL`);
    return { kind: "http", url: text };
  }
  if (scheme === "file") return { kind: "local", path: localPath(text, work) };
  // One letter is a Windows drive.
  if (scheme === undefined || isAbsolute(text)) return { kind: "local", path: resolve(work, text) };
  throw new BuildError(`"${withoutCredentials(text)}" cannot be downloaded: "${scheme}" is not supported`, {
    hint: "Use an http, https or file URL, or a path.",
  });
}

/** `file:///abs`, and `file://relative` and `file:relative` as Packer accepts them. */
function localPath(text: string, work: string): string {
  if (/^file:\/\/\//i.test(text) || /^file:\/\/localhost\//i.test(text))
    return fileURLToPath(text.replace(/^file:\/\/localhost/i, "file://"));
  return resolve(work, percentDecode(text.replace(/^file:(\/\/)?/i, "")));
}

/** The last part of the address: the name a checksum file knows it by. */
export function sourceName(source: DownloadSource): string {
  const path = source.kind === "local" ? source.path : percentDecode(new URL(source.url).pathname);
  return path.split(/[/\\]/).at(-1)!;
}

/** The name in the cache: after the digest where that is known, else after the URL. */
export function cacheKey(digest: Digest | undefined, url: string, extension: string): string {
  const name = digest ? `${digest.algorithm}-${digest.hex}` : `url-${urlKey(url)}`;
  return extension === "" ? name : `${name}.${extension}`;
}

/** What a URL led to the last time, for images without a checksum: the digest, and how to ask whether it changed. */
export interface UrlRecord {
  readonly url: string;
  readonly digest: Digest;
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

export async function readUrlRecord(cache: string, url: string): Promise<UrlRecord | undefined> {
  try {
    const path = urlRecordPath(cache, url);
    const record: unknown = JSON.parse(await readFile(path, "utf8"));
    const isBelieved = (await isOursAlone(path)) && (await isOursAlone(dirname(path)));
    if (isBelieved && isUrlRecord(record) && record.url === withoutCredentials(url)) return record;
  } catch {
    // None, or none that can be read: the same.
  }
  return undefined;
}

function isUrlRecord(value: unknown): value is UrlRecord {
  if (typeof value !== "object" || value === null) return false;
  const { url, digest, etag, lastModified } = value as Record<string, unknown>;
  const { algorithm, hex } = (digest ?? {}) as Record<string, unknown>;
  const isOptional = [etag, lastModified].every((text) => text === undefined || typeof text === "string");
  return isOptional && [url, algorithm, hex].every((text) => typeof text === "string");
}

export async function writeUrlRecord(cache: string, url: string, record: Omit<UrlRecord, "url">): Promise<void> {
  const path = urlRecordPath(cache, url);
  await ensureDirectory(dirname(path), 0o755);
  await writeFileAtomic(path, JSON.stringify({ url: withoutCredentials(url), ...record }), { volatile: true });
}

function urlKey(url: string): string {
  return createHash("sha256").update(withoutCredentials(url)).digest("hex").slice(0, 32);
}

function urlRecordPath(cache: string, url: string): string {
  return join(cache, "url", `${urlKey(url)}.json`);
}
