import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** What is served: a directory, or contents out of a template. */
export interface Site {
  /** `path` is decoded and begins with a slash. `undefined`: not there (whatever the reason; a guest is told no more). */
  find(path: string): Promise<SiteFile | undefined>;
  /** For a path that is not there: ` Did you mean "/preseed.cfg"?` or nothing. */
  hint(path: string): string;
}

export type SiteFile =
  | { readonly kind: "file"; readonly path: string; readonly size: number; readonly modified: Date }
  | { readonly kind: "content"; readonly bytes: Buffer };

export interface Answered {
  readonly status: number;
  readonly bytes: number;
}

/** Answers GET and HEAD, with one byte range where asked for. Never rejects: a guest that hangs up is no failure of ours. */
export async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<Answered> {
  if (request.method !== "GET" && request.method !== "HEAD")
    return plain(response, 405, "Only GET and HEAD are answered here.\n", { allow: "GET, HEAD" });
  const path = decodePath(request.url ?? "/");
  if (path === undefined) return plain(response, 400, "The path cannot be read.\n");
  try {
    const file = await site.find(path);
    return file
      ? await send(file, request, response)
      : plain(response, 404, `There is no ${path} here.${site.hint(path)}\n`);
  } catch (error) {
    return plain(
      response,
      500,
      `${path} cannot be served: ${error instanceof Error ? error.message : String(error)}\n`,
    );
  }
}

function decodePath(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.replace(/[?#].*$/s, ""));
    return path.startsWith("/") && !path.includes("\0") ? path : undefined;
  } catch {
    return undefined;
  }
}

async function send(file: SiteFile, request: IncomingMessage, response: ServerResponse): Promise<Answered> {
  const size = file.kind === "file" ? file.size : file.bytes.length;
  const range = readRange(request.headers.range, size);
  if (range === "unsatisfiable")
    return plain(response, 416, "There are not that many bytes.\n", { "content-range": `bytes */${size}` });
  const [start, end] = range ?? [0, size];
  response.writeHead(range ? 206 : 200, {
    "content-type": "application/octet-stream",
    "content-length": end - start,
    "accept-ranges": "bytes",
    ...(file.kind === "file" ? { "last-modified": file.modified.toUTCString() } : {}),
    ...(range ? { "content-range": `bytes ${start}-${end - 1}/${size}` } : {}),
  });
  const empty = request.method === "HEAD" || end === start;
  const body = empty
    ? Readable.from([])
    : file.kind === "file"
      ? createReadStream(file.path, { start, end: end - 1 })
      : Readable.from([file.bytes.subarray(start, end)]);
  const finished = await pipeline(body, response).then(
    () => true,
    () => false,
  );
  return { status: response.statusCode, bytes: empty || !finished ? 0 : end - start };
}

/** One range of RFC 9110, section 14: first and one-past-last byte. `undefined` where there is none we know. */
function readRange(header: string | undefined, size: number): readonly [number, number] | "unsatisfiable" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  if (match[1] === "") return [Math.max(size - Number(match[2]), 0), size];
  const start = Number(match[1]);
  const end = match[2] === "" ? size : Math.min(Number(match[2]) + 1, size);
  return start >= size || end <= start ? "unsatisfiable" : [start, end];
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
