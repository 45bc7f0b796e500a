import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { request } from "undici";
import { describe, expect, it } from "vitest";
import type { HttpConfig } from "../../src/sdk/schema/http.ts";
import { serveHttp } from "../../src/steps/http-server.ts";
import { fileNames } from "../../src/steps/http/file-names.ts";
import { createRecordingRun, type RecordingRun } from "../helper/recording-run.ts";

const defaults: HttpConfig = { http_port_min: 21_300, http_port_max: 21_400, http_network_protocol: "tcp" };
const values = { HTTPIP: "10.0.2.2", Name: "debian" };

async function serve(run: RecordingRun, config: Partial<HttpConfig>) {
  const server = (await serveHttp(run, { ...defaults, ...config }, { bindAddress: "127.0.0.1", values }))!;
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await request(`http://127.0.0.1:${server.port}${path}`, { headers });
    return { status: response.statusCode, text: await response.body.text(), headers: response.headers };
  };
  return { server, get };
}

/** A directory with a secret beside it. */
async function directoryRun(): Promise<RecordingRun> {
  const run = await createRecordingRun();
  const { work } = run.directories;
  mkdirSync(join(work, "http", "deep"), { recursive: true });
  writeFileSync(join(work, "secret"), "secret");
  writeFileSync(join(work, "http", "preseed.cfg"), "d-i {{ .HTTPIP }}");
  writeFileSync(join(work, "http", "user-data.pkrtpl"), "url: http://{{ .HTTPIP }}:{{ .HTTPPort }}/{{ .Name }}");
  writeFileSync(join(work, "http", "deep", "a b.txt"), "deep");
  symlinkSync("../secret", join(work, "http", "leak"));
  symlinkSync("/etc", join(work, "http", "etc"));
  symlinkSync("preseed.cfg", join(work, "http", "inside"));
  return run;
}

describe("serveHttp", () => {
  it("does nothing when nothing is to be served", async () => {
    const run = await createRecordingRun();
    expect(await serveHttp(run, defaults, { bindAddress: "127.0.0.1", values })).toBeUndefined();
    expect(run.events).toEqual([]);
  });

  it("serves files as they are, links inside, and renders templates", async () => {
    const run = await directoryRun();
    const { server, get } = await serve(run, { http_directory: "http" });
    expect((await get("/preseed.cfg")).text).toBe("d-i {{ .HTTPIP }}");
    expect((await get("/deep/a%20b.txt?x=1")).text).toBe("deep");
    expect((await get("/inside")).status).toBe(200);
    expect((await get("/user-data")).text).toBe(`url: http://10.0.2.2:${server.port}/debian`);
  });

  it.each([
    "/../secret",
    "/%2e%2e/secret",
    "/..%2fsecret",
    "/deep/../../secret",
    "/leak",
    "/etc/passwd",
    "/etc/",
    "/",
    "/deep",
    "/deep/",
    "//etc/passwd",
    "/preseed.cfg/",
    "/%00",
  ])("serves nothing for %s (SEC-08)", async (path) => {
    const run = await directoryRun();
    const { server } = await serve(run, { http_directory: "http" });
    // A client that does not tidy up the path.
    const answer = await new Promise<string>((resolve) => {
      let text = "";
      const socket = connect(server.port, "127.0.0.1", () => socket.write(`GET ${path} HTTP/1.0\r\n\r\n`));
      socket.on("data", (data) => (text += String(data))).on("close", () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1.1 40[04]/);
    expect(answer).not.toMatch(/secret\n?$|root:/);
  });

  it("serves http_content, and hints at the nearest name", async () => {
    const run = await createRecordingRun();
    const { get } = await serve(run, { http_content: { "/ks.cfg": "install", "/meta-data": "" } });
    expect((await get("/ks.cfg")).text).toBe("install");
    expect((await get("/meta-data")).status).toBe(200);
    expect(await get("/ks.cgf")).toMatchObject({
      status: 404,
      text: 'There is no /ks.cgf here. Did you mean "/ks.cfg"?\n',
    });
    expect(run.warnings()).toEqual([
      'The guest asked for http://…/ks.cgf, which is not there. Did you mean "/ks.cfg"?',
    ]);
  });

  it("looks for the nearest name among the files nearest to the root, and says it once (R-14)", async () => {
    const run = await createRecordingRun();
    const root = join(run.directories.work, "http");
    mkdirSync(join(root, "a/b"), { recursive: true });
    for (let index = 0; index < 1500; index++) writeFileSync(join(root, "a", `file-${index}`), "");
    writeFileSync(join(root, "a/b/preseed.cfk"), "");
    writeFileSync(join(root, "preseed.cfg"), "");
    const { get } = await serve(run, { http_directory: "http" });
    for (let times = 0; times < 3; times++) {
      expect((await get("/preseed.cfh")).text).toContain('Did you mean "/preseed.cfg"?');
    }
    expect(run.warnings()).toHaveLength(1);
    expect((await fileNames(root)).length).toBe(1000);
    expect(await fileNames(join(root, "missing"))).toEqual([]);
  });

  it("writes each request to the log", async () => {
    const run = await createRecordingRun();
    const { get } = await serve(run, { http_content: { "/ks.cfg": "install" } });
    await get("/ks.cfg");
    await expect
      .poll(() => run.events.filter((event) => event.kind === "debug" && event.topic === "http"))
      .toMatchObject([{ text: "127.0.0.1 GET /ks.cfg 200 7 bytes", details: { status: 200, bytes: 7 } }]);
  });

  it("answers ranges, HEAD, and refuses to be written to", async () => {
    const run = await createRecordingRun();
    const { server, get } = await serve(run, { http_content: { "/a": "0123456789" } });
    expect(await get("/a", { range: "bytes=2-4" })).toMatchObject({ status: 206, text: "234" });
    expect(await get("/a", { range: "bytes=-3" })).toMatchObject({ status: 206, text: "789" });
    expect(await get("/a", { range: "bytes=20-" })).toMatchObject({ status: 416 });
    const head = await request(`http://127.0.0.1:${server.port}/a`, { method: "HEAD" });
    expect(head.headers["content-length"]).toBe("10");
    const put = await request(`http://127.0.0.1:${server.port}/a`, { method: "PUT", body: "x" });
    expect(put.statusCode).toBe(405);
  });

  it("listens on the narrow address unless told otherwise, and then says so", async () => {
    const run = await createRecordingRun();
    const narrow = await serve(run, { http_content: { "/a": "" } });
    expect(narrow.server.bindAddress).toBe("127.0.0.1");
    expect(run.warnings()).toEqual([]);
    const wide = await serve(run, { http_content: { "/a": "" }, http_bind_address: "0.0.0.0" });
    expect(wide.server.bindAddress).toBe("0.0.0.0");
    expect(run.warnings()).toEqual(["The HTTP server is reachable from other machines: it listens on 0.0.0.0."]);
    expect((await serve(run, { http_content: { "/a": "" }, http_interface: "lo" })).server.bindAddress).toBe(
      "127.0.0.1",
    );
    await expect(serve(run, { http_content: { "/a": "" }, http_interface: "nope0" })).rejects.toThrow(
      'There is no network interface "nope0" on this host',
    );
  });

  it("takes another port each time, until the range is used up, and frees it at the end", async () => {
    const run = await createRecordingRun();
    const range = { http_content: { "/a": "" }, http_port_min: 21_410, http_port_max: 21_412 };
    const [first, second] = [await serve(run, range), await serve(run, range)];
    expect([first.server.port, second.server.port].sort()).toEqual([21_410, 21_411]);
    await expect(serve(run, range)).rejects.toThrow(
      "No port from 21410 to 21411 is free on 127.0.0.1 for the HTTP server",
    );
    await run.finish("succeeded");
    await expect(request(`http://127.0.0.1:${first.server.port}/a`)).rejects.toThrow();
    await serve(run, range);
  });

  it("listens on a Unix socket", async () => {
    const run = await createRecordingRun();
    const path = join(run.directories.temp, "http.sock");
    const { server } = await serve(run, {
      http_content: { "/a": "x" },
      http_network_protocol: "unix",
      http_bind_address: path,
    });
    expect(server).toMatchObject({ port: 0, bindAddress: path });
  });
});
