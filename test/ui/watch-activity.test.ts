import { execFile } from "node:child_process";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { request } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import type { BuildEvent } from "../../src/sdk/event.ts";
import { watchActivity } from "../../src/ui/watch-activity.ts";

const clock = { now: () => Date.now(), monotonic: () => performance.now() };

function watch(): { readonly seen: () => string[] } {
  const events: BuildEvent[] = [];
  onTestFinished(watchActivity((event) => void events.push(event), clock));
  return {
    seen: () =>
      events.map((event) => {
        if (event.kind !== "debug") return event.kind;
        expect(event.details?.["durationMs"]).toBeTypeOf("number");
        const { durationMs: _, ...details } = event.details!;
        return `${event.topic}: ${event.text} ${JSON.stringify(details)}`;
      }),
  };
}

describe("watchActivity", () => {
  it("tells of each program with its exit code", async () => {
    const { seen } = watch();
    execFile("/bin/sh", ["-c", "exit 3"], () => {});
    execFile("/nonexistent/program", [], () => {});
    await expect.poll(() => seen().length).toBe(2);
    expect(seen().sort()).toEqual([
      'command: /bin/sh -c exit 3 {"program":"/bin/sh","code":3}',
      'command: /nonexistent/program {"program":"/nonexistent/program","error":"spawn /nonexistent/program ENOENT"}',
    ]);
  });

  it("tells of each request with its status, by Node's own client and by undici", async () => {
    const server = createServer((_, answer) => answer.writeHead(404).end()).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { seen } = watch();
    get(`http://127.0.0.1:${port}/node`, (answer) => answer.resume());
    await (await request(`http://127.0.0.1:${port}/undici`)).body.dump();
    await expect.poll(() => seen().length).toBe(2);
    expect(seen().sort()).toEqual([
      `request: GET 127.0.0.1/node: 404 {}`,
      `request: GET http://127.0.0.1:${port}/undici: 404 {}`,
    ]);
  });
});
