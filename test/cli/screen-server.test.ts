import { request } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { serveScreens } from "../../src/cli/screen-server.ts";
import type { LiveScreen } from "../../src/core/live-screens.ts";

const png = Buffer.from("\u0089PNG");
const debian: LiveScreen = {
  key: "run-1",
  runId: "run",
  name: "debian",
  capture: () => Promise.resolve(png),
  type: () => Promise.resolve(),
};

async function serve(screens: readonly LiveScreen[]): Promise<string> {
  const server = await serveScreens(() => Promise.resolve(screens), 0);
  onTestFinished(() => server.close());
  return server.url;
}

describe("serveScreens", () => {
  it("serves a page that may run its own script only", async () => {
    const { statusCode, headers, body } = await request(await serve([debian]));
    expect(statusCode).toBe(200);
    const nonce = /script-src 'nonce-([^']+)'/.exec(String(headers["content-security-policy"]))?.[1];
    expect(await body.text()).toContain(`<script nonce="${nonce}">`);
  });

  it("lists the machines that run and shows their screens", async () => {
    const url = await serve([debian]);
    expect(await (await request(`${url}machines.json`)).body.json()).toEqual([
      { key: "run-1", name: "debian", runId: "run" },
    ]);
    const picture = await request(`${url}screen/run-1.png?7`);
    expect(picture.headers["content-type"]).toBe("image/png");
    expect(Buffer.from(await picture.body.arrayBuffer())).toEqual(png);
  });

  it.each<[what: string, path: string, headers: Record<string, string>]>([
    ["a machine that is gone", "screen/run-2.png", {}],
    ["another path", "../etc/passwd", {}],
    ["somebody who does not know the address", "../machines.json", {}],
    ["a page that reached it by another name", "machines.json", { host: "evil.example" }],
  ])("answers 404 to %s", async (_, path, headers) => {
    const url = new URL(path, await serve([debian]));
    expect((await request(url, { headers })).statusCode).toBe(404);
  });

  it("says so when a screen cannot be read, and goes on", async () => {
    const url = await serve([{ ...debian, capture: () => Promise.reject(new Error("gone")) }]);
    expect((await request(`${url}screen/run-1.png`)).statusCode).toBe(500);
    expect((await request(url)).statusCode).toBe(200);
  });
});
