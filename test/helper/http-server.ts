import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface TestServer {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
}

interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
}

interface ServedFile {
  readonly bytes: Buffer;
  readonly etag?: string;
  readonly lastModified?: string;
  readonly contentType?: string;
  /** Answers requests for ranges (default). */
  readonly ranges?: boolean;
  /** Hides the length (chunked). */
  readonly chunked?: boolean;
  /** Cuts the connection after so many bytes of the nth answer to this path; `undefined`: not at all. */
  readonly cutAfter?: (answer: number) => number | undefined;
  /** Sends so many bytes of an answer, then nothing more, and keeps the connection. */
  readonly stallAfter?: (answer: number) => number | undefined;
}

export type Answer =
  ServedFile | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

/** A server on loopback that drops, stalls and redirects as told. Closed when the test ends. */
export async function startServer(
  files: Readonly<Record<string, Answer | ((request: IncomingMessage) => Answer)>>,
): Promise<TestServer> {
  const requests: SeenRequest[] = [];
  const answers = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").replace(/\?.*/, "");
    requests.push({ method: request.method ?? "", path: request.url ?? "", headers: request.headers });
    const found = files[path];
    const answer = typeof found === "function" ? found(request) : found;
    const count = (answers.get(path) ?? 0) + 1;
    answers.set(path, count);
    respond(request, response, answer ?? { status: 404 }, count);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function respond(request: IncomingMessage, response: ServerResponse, answer: Answer, count: number): void {
  if ("status" in answer) {
    response.writeHead(answer.status, answer.headers).end(answer.body ?? "");
    return;
  }
  if (answer.etag !== undefined && request.headers["if-none-match"] === answer.etag) {
    response.writeHead(304).end();
    return;
  }
  const start = rangeStart(request, answer);
  if (start !== undefined && start >= answer.bytes.length) {
    response.writeHead(416, { "content-range": `bytes */${answer.bytes.length}` }).end();
    return;
  }
  const rest = answer.bytes.subarray(start ?? 0);
  const { length } = answer.bytes;
  response.writeHead(start === undefined ? 200 : 206, {
    "content-type": answer.contentType ?? "application/octet-stream",
    ...(answer.chunked === true ? {} : { "content-length": rest.length }),
    ...(answer.etag === undefined ? {} : { etag: answer.etag }),
    ...(answer.lastModified === undefined ? {} : { "last-modified": answer.lastModified }),
    ...(start === undefined ? {} : { "content-range": `bytes ${start}-${length - 1}/${length}` }),
  });
  const cut = answer.cutAfter?.(count);
  const stall = answer.stallAfter?.(count);
  // A cut throws away what the client has not read yet, so it gets time to read.
  if (cut !== undefined) response.write(rest.subarray(0, cut), () => setTimeout(() => response.destroy(), cut && 250));
  else if (stall !== undefined) response.write(rest.subarray(0, stall));
  else response.end(rest);
}

function rangeStart(request: IncomingMessage, file: ServedFile): number | undefined {
  const match = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  if (!match || file.ranges === false) return undefined;
  const condition = request.headers["if-range"];
  if (condition !== undefined && condition !== file.etag && condition !== file.lastModified) return undefined;
  return Number(match[1]);
}
