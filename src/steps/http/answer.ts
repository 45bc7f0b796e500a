import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { errorMessage } from "../../lib/error-text.ts";

/** What is served: a directory, or contents out of a template. */
export interface Site {
  /** `path` is decoded and begins with a slash. `undefined`: not there, for whatever reason: the guest does not learn it. */
  find(path: string): Promise<SiteFile | undefined>;
  /** For a path that is not there: ` Did you mean "/preseed.cfg"?` or nothing. */
  hint(path: string): Promise<string>;
}

export type SiteFile =
  | { readonly kind: "file"; readonly path: string; readonly size: number; readonly modified: Date }
  | { readonly kind: "content"; readonly bytes: Buffer };

export interface Answered {
  readonly status: number;
  readonly bytes: number;
  /** What may have been meant by a path that is not there. */
  readonly hint?: string;
}

/** Answers GET and HEAD, with one byte range where asked for. Never rejects: a guest that hangs up is no failure of ours. */
export async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<Answered> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return plain(response, 405, "Only GET and HEAD are answered here.\n", { allow: "GET, HEAD" });
  }
  const path = decodePath(request.url ?? "/");
  if (path === undefined) return plain(response, 400, "The path cannot be read.\n");
  try {
    const file = await site.find(path);
    if (file) return await send(file, request, response);
    const hint = await site.hint(path);
    return { ...plain(response, 404, `There is no ${path} here.${hint}\n`), hint };
  } catch (error) {
    return plain(response, 500, `${path} cannot be served: ${errorMessage(error)}\n`);
  }
}

function decodePath(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.replace(/[?#].*$/s, ""));
    if (path.startsWith("/") && !path.includes("\0")) return path;
  } catch {
    // Not percent-encoded as it should be.
  }
  return undefined;
}

async function send(file: SiteFile, request: IncomingMessage, response: ServerResponse): Promise<Answered> {
  const size = sizeOf(file);
  const range = readRange(request.headers.range, size);
  if (range === "unsatisfiable") {
    return plain(response, 416, "There are not that many bytes.\n", { "content-range": `bytes */${size}` });
  }
  const part = range ?? { start: 0, end: size };
  const length = part.end - part.start;
  response.writeHead(range ? 206 : 200, {
    "content-type": "application/octet-stream",
    "content-length": length,
    "accept-ranges": "bytes",
    ...(file.kind === "file" && { "last-modified": file.modified.toUTCString() }),
    ...(range && { "content-range": `bytes ${range.start}-${range.end - 1}/${size}` }),
  });
  const isEmpty = request.method === "HEAD" || length === 0;
  const body = isEmpty ? Readable.from([]) : read(file, part);
  const isSent = await pipeline(body, response).then(
    () => true,
    () => false,
  );
  return { status: response.statusCode, bytes: isSent && !isEmpty ? length : 0 };
}

function sizeOf(file: SiteFile): number {
  return file.kind === "file" ? file.size : file.bytes.length;
}

function read(file: SiteFile, { start, end }: ByteRange): Readable {
  if (file.kind === "file") return createReadStream(file.path, { start, end: end - 1 });
  return Readable.from([file.bytes.subarray(start, end)]);
}

interface ByteRange {
  readonly start: number;
  /** One past the last. */
  readonly end: number;
}

/** One range of RFC 9110, section 14. `undefined` where there is none we know. */
function readRange(header: string | undefined, size: number): ByteRange | "unsatisfiable" | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  if (first === "") return { start: Math.max(size - Number(last), 0), end: size };
  const start = Number(first);
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  return start >= size || end <= start ? "unsatisfiable" : { start, end };
}

function plain(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Answered {
  if (!response.headersSent) response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers });
  response.end(text);
  return { status, bytes: Buffer.byteLength(text) };
}
