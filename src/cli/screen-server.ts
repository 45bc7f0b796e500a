import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { LiveScreen } from "../core/live-screens.ts";
import { screenPage } from "./screen-page.ts";

export interface ScreenServer {
  /** Holds a random word, so that other users of the host cannot look. */
  readonly url: string;
  close(): void;
}

/** A capture takes a moment; a machine that does not answer in this time is stuck or gone. */
const CAPTURE_TIMEOUT_MS = 5000;

/** Serves the page on loopback. `screens` is asked anew for every request, so machines come and go by themselves. */
export async function serveScreens(screens: () => Promise<readonly LiveScreen[]>, port: number): Promise<ScreenServer> {
  const word = randomBytes(12).toString("hex");
  const server = createServer((request, response) => {
    answer(request, response, word, screens).catch(() =>
      send(response, 500, "text/plain", "The screen could not be read."),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address() as { readonly port: number };
  return {
    url: `http://127.0.0.1:${address.port}/${word}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  word: string,
  screens: () => Promise<readonly LiveScreen[]>,
): Promise<void> {
  const path = (request.url ?? "").split("?", 1)[0]!;
  // A name that leads here (DNS rebinding) would let other pages in.
  const isLoopback = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? "");
  if (!isLoopback || request.method !== "GET" || !path.startsWith(`/${word}/`)) {
    return send(response, 404, "text/plain", "Not found");
  }
  const rest = path.slice(word.length + 2);
  if (rest === "") return sendPage(response);
  if (rest === "machines.json") {
    const machines = (await screens()).map(({ key, name, runId }) => ({ key, name, runId }));
    return send(response, 200, "application/json", JSON.stringify(machines));
  }
  const key = /^screen\/(.+)\.png$/.exec(rest)?.[1];
  const screen = (await screens()).find((candidate) => candidate.key === key);
  if (!screen) return send(response, 404, "text/plain", "This machine is gone.");
  return send(response, 200, "image/png", await screen.capture(AbortSignal.timeout(CAPTURE_TIMEOUT_MS)));
}

function sendPage(response: ServerResponse): void {
  const nonce = randomBytes(12).toString("base64");
  const policy = `default-src 'none'; img-src 'self'; connect-src 'self'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'`;
  response.setHeader("content-security-policy", policy);
  send(response, 200, "text/html; charset=utf-8", screenPage(nonce));
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, {
    "content-type": type,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}
