import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { LiveScreen } from "../core/live-screens.ts";
import { screenPage } from "./screen-page.ts";

export interface ScreenServer {
  /** Contains a random word, so that other users of the host cannot open it. */
  readonly url: string;
  close(): void;
}

/** A capture takes a moment; a machine that does not answer in this time is stuck or gone. */
const CAPTURE_TIMEOUT_MS = 5000;

/** Serves the page on loopback. `screens` is called for every request, so machines come and go by themselves. */
export async function serveScreens(screens: () => Promise<readonly LiveScreen[]>, port: number): Promise<ScreenServer> {
  const word = randomBytes(12).toString("hex");
  const server = createServer((request, response) => {
    answer(request, response, { word, screens }).catch(() =>
      send(response, { status: 500, type: "text/plain", body: "The screen could not be read." }),
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

interface Served {
  /** The part of the path that other users of the host cannot know. */
  readonly word: string;
  readonly screens: () => Promise<readonly LiveScreen[]>;
}

async function answer(request: IncomingMessage, response: ServerResponse, { word, screens }: Served): Promise<void> {
  const path = pathOf(request, word);
  if (path === undefined) return send(response, { status: 404, type: "text/plain", body: "Not found" });
  if (path === "") return sendPage(response);
  if (path === "machines.json") {
    const machines = (await screens()).map(({ key, name, runId }) => ({ key, name, runId }));
    return send(response, { status: 200, type: "application/json", body: JSON.stringify(machines) });
  }
  const key = /^screen\/(.+)\.png$/.exec(path)?.[1];
  const screen = (await screens()).find((candidate) => candidate.key === key);
  if (!screen) return send(response, { status: 404, type: "text/plain", body: "This machine is gone." });
  const body = await screen.capture(AbortSignal.timeout(CAPTURE_TIMEOUT_MS));
  return send(response, { status: 200, type: "image/png", body });
}

/** What is asked for below the word; undefined for requests that are not for us. */
function pathOf({ url = "", method, headers }: IncomingMessage, word: string): string | undefined {
  const path = url.split("?", 1)[0]!;
  // A name that resolves to this address (DNS rebinding) would let other web pages in.
  const isLoopback = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? "");
  const prefix = `/${word}/`;
  if (!isLoopback || method !== "GET" || !path.startsWith(prefix)) return undefined;
  return path.slice(prefix.length);
}

function sendPage(response: ServerResponse): void {
  const nonce = randomBytes(12).toString("base64");
  const policy = `default-src 'none'; img-src 'self'; connect-src 'self'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'`;
  response.setHeader("content-security-policy", policy);
  send(response, { status: 200, type: "text/html; charset=utf-8", body: screenPage(nonce) });
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, {
    "content-type": type,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}
