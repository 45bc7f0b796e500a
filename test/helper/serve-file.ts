import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { basename } from "node:path";
import { onTestFinished } from "vitest";

export interface ServedFile {
  readonly url: string;
  /** Methods of the requests so far. */
  readonly requests: readonly string[];
}

/** Serves one file on loopback, ranges too, until the test ends. */
export async function serveFile(path: string): Promise<ServedFile> {
  const requests: string[] = [];
  const { size } = await stat(path);
  const server = createServer((request, response) => {
    requests.push(request.method ?? "");
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const start = range ? Number(range[1]) : 0;
    const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
    response.writeHead(range ? 206 : 200, {
      "accept-ranges": "bytes",
      "content-length": end - start + 1,
      ...(range ? { "content-range": `bytes ${start}-${end}/${size}` } : {}),
    });
    if (request.method === "HEAD") response.end();
    else createReadStream(path, { start, end }).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as { readonly port: number };
  return { url: `http://127.0.0.1:${port}/${basename(path)}`, requests };
}
