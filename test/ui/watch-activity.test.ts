import { execFile } from "node:child_process";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { request } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import type { BuildEvent } from "../../src/sdk/event.ts";
import { watchActivity } from "../../src/ui/watch-activity.ts";

const clock = { now: () => Date.now(), monotonic: () => performance.now() };

function watch(builds: readonly string[] = []): { readonly seen: () => string[] } {
  const events: BuildEvent[] = [];
  onTestFinished(watchActivity({ emit: (event) => void events.push(event), clock, activeBuild: () => builds.at(-1) }));
  return {
    seen: () =>
      events.map((event) => {
        if (event.kind !== "debug") return event.kind;
        expect(event.details?.["durationMs"]).toBeTypeOf("number");
        const { durationMs: _, ...details } = event.details!;
        const build = event.build === undefined ? "" : `[${event.build}] `;
        return `${build}${event.topic}: ${event.text} ${JSON.stringify(details)}`;
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

  it("says for which build it was started, though another is at work when it ends", async () => {
    const builds = ["file.a"];
    const { seen } = watch(builds);
    execFile("/bin/sh", ["-c", "exit 0"], () => {});
    builds.push("file.b");
    await expect.poll(() => seen().length).toBe(1);
    expect(seen()).toEqual(['[file.a] command: /bin/sh -c exit 0 {"program":"/bin/sh","code":0}']);
  });

  it("tells of each request with its status, by Node's own client and by undici", async () => {
    const server = createServer((_, answer) => answer.writeHead(404).end()).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { seen } = watch();
    get(`http://127.0.0.1:${port}/node`, (answer) => answer.resume());
    await (await request(`http://127.0.0.1:${port}/undici`)).body.dump();
    get(`http://127.0.0.1:1/refused`).on("error", () => {});
    await expect.poll(() => seen().length).toBe(3);
    expect(seen().sort()).toEqual([
      `request: GET http://127.0.0.1:1/refused: connect ECONNREFUSED 127.0.0.1:1 {}`,
      `request: GET http://127.0.0.1:${port}/node: 404 {}`,
      `request: GET http://127.0.0.1:${port}/undici: 404 {}`,
    ]);
  });
});
