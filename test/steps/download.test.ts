import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseChecksum, type Checksum } from "../../src/lib/checksum-spec.ts";
import { BuildError } from "../../src/sdk/error.ts";
import { download } from "../../src/steps/download.ts";
import type { DownloadOptions } from "../../src/steps/download/attempt.ts";
import { startServer } from "../helper/http-server.ts";
import { createRecordingRun, type RecordingRun } from "../helper/recording-run.ts";

const content = randomBytes(300_000);
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const hex = sha256(content);
const wanted = checksum(`sha256:${hex}`);
/** For what comes soon, unless the machine is busy. */
const PATIENT = { timeout: 15_000 };
const NONE: Checksum = { kind: "none" };

function checksum(text: string): Checksum {
  const parsed = parseChecksum(text);
  if (parsed.kind === "invalid") throw new Error(parsed.problem);
  return parsed;
}
const get = (run: RecordingRun, options: Partial<DownloadOptions> & Pick<DownloadOptions, "urls">) =>
  download(run, { label: "ISO", checksum: wanted, extension: "iso", pauseMs: 10, ...options });
const cached = (run: RecordingRun) => join(run.directories.cache, "download", `sha256-${hex}.iso`);
/** Files of the cache, apart from its notes. */
const inCache = (run: RecordingRun): readonly string[] => {
  const directory = join(run.directories.cache, "download");
  return existsSync(directory)
    ? readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => !/^(url|verified)/.test(name))
    : [];
};
async function failure(promise: Promise<unknown>): Promise<BuildError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BuildError);
  return error as BuildError;
}

describe("download", () => {
  it("keeps a verified file in the cache under its digest, and nothing else", async () => {
    const server = await startServer({ "/a.iso": { bytes: content } });
    const run = await createRecordingRun();
    const result = await get(run, { urls: [`${server.url}/a.iso`] });
    expect(result).toEqual({ path: cached(run), digest: { algorithm: "sha256", hex } });
    expect(readFileSync(result.path).equals(content)).toBe(true);
    expect(inCache(run)).toEqual([`sha256-${hex}.iso`]);
    expect(run.events).toContainEqual(
      expect.objectContaining({ kind: "progress", label: "ISO", done: 300_000, total: 300_000, unit: "bytes" }),
    );
  });

  it("takes a warm hit without asking the server or reading the file", async () => {
    const server = await startServer({ "/a.iso": { bytes: content } });
    const run = await createRecordingRun();
    await get(run, { urls: [`${server.url}/a.iso`] });
    const before = statSync(cached(run)).atimeMs;
    await get(run, { urls: ["http://127.0.0.1:9/elsewhere/b.iso"] });
    expect(server.requests).toHaveLength(1);
    expect(statSync(cached(run)).atimeMs).toBe(before);
    expect(run.said().at(-1)).toBe(`Using ISO from the cache: ${cached(run)}`);
  });

  it("reads a cached file again that was touched, or when asked to", async () => {
    const server = await startServer({ "/a.iso": { bytes: content } });
    const run = await createRecordingRun();
    await get(run, { urls: [`${server.url}/a.iso`] });
    const hashed = () =>
      run.events.filter((event) => event.kind === "progress" && event.label.startsWith("verifying")).length;
    utimesSync(cached(run), new Date(), new Date());
    await get(run, { urls: [`${server.url}/a.iso`] });
    const afterTouch = hashed();
    expect(afterTouch).toBeGreaterThan(0);
    const directories = { cache: run.directories.cache };
    const again = await createRecordingRun({ directories, options: { rehash: true } });
    await get(again, { urls: [`${server.url}/a.iso`] });
    expect(again.events).toContainEqual(expect.objectContaining({ label: "verifying sha256", done: 300_000 }));
    expect(hashed()).toBe(afterTouch);
    expect(server.requests).toHaveLength(1);
  });

  it("reads a cached file once more after the machine was restarted: a power cut may have lost its end", async () => {
    const server = await startServer({ "/a.iso": { bytes: content } });
    const run = await createRecordingRun();
    await get(run, { urls: [`${server.url}/a.iso`] });
    const notes = join(run.directories.cache, "download", "verified");
    const stamp = join(notes, readdirSync(notes)[0]!);
    const other = { ...(JSON.parse(readFileSync(stamp, "utf8")) as object), bootId: "of another day" };
    writeFileSync(stamp, JSON.stringify(other));
    await get(run, { urls: [`${server.url}/a.iso`] });
    const verified = () => run.events.filter((event) => event.kind === "progress" && /^verifying/.test(event.label));
    const once = verified().length;
    expect(once).toBeGreaterThan(0);
    await get(run, { urls: [`${server.url}/a.iso`] });
    expect(verified()).toHaveLength(once);
    expect(server.requests).toHaveLength(1);
  });

  it("downloads a damaged cached file anew and says so", async () => {
    const server = await startServer({ "/a.iso": { bytes: content } });
    const run = await createRecordingRun();
    await get(run, { urls: [`${server.url}/a.iso`] });
    writeFileSync(cached(run), "damaged");
    await get(run, { urls: [`${server.url}/a.iso`] });
    expect(readFileSync(cached(run)).equals(content)).toBe(true);
    expect(run.warnings()[0]).toContain("is not what it should be (wrong checksum:");
  });

  it("names both digests of a wrong file and keeps nothing (DL-04)", async () => {
    const server = await startServer({ "/a.iso": { bytes: content } });
    const run = await createRecordingRun();
    const error = await failure(
      get(run, { urls: [`${server.url}/a.iso`], checksum: checksum(`sha256:${"0".repeat(64)}`) }),
    );
    expect(error.message).toBe(
      `ISO from ${server.url}/a.iso: wrong checksum: it should be sha256:${"0".repeat(64)} and is sha256:${hex}`,
    );
    expect(inCache(run)).toEqual([]);
  });

  it("leaves a cached file alone when another digest is wanted from the same URL (DL-04)", async () => {
    let bytes = content;
    const server = await startServer({ "/a.iso": () => ({ bytes }) });
    const run = await createRecordingRun();
    await get(run, { urls: [`${server.url}/a.iso`] });
    bytes = Buffer.from("a new release");
    const other = await get(run, { urls: [`${server.url}/a.iso`], checksum: checksum(sha256(bytes)) });
    expect(readFileSync(other.path, "utf8")).toBe("a new release");
    expect(inCache(run)).toHaveLength(2);
  });

  it("goes on where the connection was cut (DL-02)", async () => {
    const server = await startServer({
      "/a.iso": { bytes: content, etag: '"v1"', cutAfter: (n) => (n < 3 ? 100_000 : undefined) },
    });
    const run = await createRecordingRun();
    await get(run, { urls: [`${server.url}/a.iso`] });
    expect(server.requests.map(({ headers }) => [headers.range, headers["if-range"]])).toEqual([
      [undefined, undefined],
      ["bytes=100000-", '"v1"'],
      ["bytes=200000-", '"v1"'],
    ]);
    expect(run.said()).toContainEqual(
      expect.stringMatching(/^ISO: truncated at 100000 of 300000 bytes: the connection was cut; going on at/),
    );
  });

  it("says how far a broken transfer came, instead of a wrong checksum, and keeps the beginning (DL-01)", async () => {
    const server = await startServer({ "/a.iso": { bytes: content, cutAfter: (n) => (n === 1 ? 100_000 : 0) } });
    const run = await createRecordingRun();
    const error = await failure(get(run, { urls: [`${server.url}/a.iso`] }));
    expect(error.message).toContain("truncated at 100000 of 300000 bytes: the connection was cut");
    expect(statSync(`${cached(run)}.part`).size).toBe(100_000);
  });

  it("goes on with what an earlier process left (DL-02)", async () => {
    const server = await startServer({ "/a.iso": { bytes: content } });
    const run = await createRecordingRun();
    await mkdir(join(run.directories.cache, "download"));
    writeFileSync(`${cached(run)}.part`, content.subarray(0, 200_000));
    await get(run, { urls: [`${server.url}/a.iso`] });
    expect(server.requests[0]?.headers.range).toBe("bytes=200000-");
    expect(run.said()).toContain("Going on where an earlier download was cut, at 195 KiB");
  });

  it("begins anew where the server knows no ranges, or the file has changed", async () => {
    const server = await startServer({
      "/a.iso": { bytes: content, ranges: false, cutAfter: (n) => (n === 1 ? 100_000 : undefined) },
    });
    const run = await createRecordingRun();
    await get(run, { urls: [`${server.url}/a.iso`] });
    expect(server.requests).toHaveLength(2);
  });

  it("accepts that nothing is left to send (416, DL-03)", async () => {
    const server = await startServer({ "/a.iso": { bytes: content } });
    const run = await createRecordingRun();
    await mkdir(join(run.directories.cache, "download"));
    writeFileSync(`${cached(run)}.part`, content);
    await get(run, { urls: [`${server.url}/a.iso`] });
    expect(readFileSync(cached(run)).equals(content)).toBe(true);
  });

  it("begins anew when what it has is longer than the file (416, DL-03)", async () => {
    const server = await startServer({ "/a.iso": { bytes: content } });
    const run = await createRecordingRun();
    await mkdir(join(run.directories.cache, "download"));
    writeFileSync(`${cached(run)}.part`, Buffer.concat([content, content]));
    await get(run, { urls: [`${server.url}/a.iso`] });
    expect(readFileSync(cached(run)).equals(content)).toBe(true);
  });

  it("lets one of several builds download, and shows its progress to the others (DL-05)", async () => {
    const server = await startServer({
      "/a.iso": { bytes: content, stallAfter: (n) => (n === 1 ? 100_000 : undefined) },
    });
    const first = await createRecordingRun();
    const second = await createRecordingRun({ directories: { cache: first.directories.cache } });
    const stuck = get(first, { urls: [`${server.url}/a.iso`] });
    stuck.catch(() => {});
    await expect.poll(() => existsSync(`${cached(first)}.part.json`), PATIENT).toBe(true);
    const waiting = get(second, { urls: [`${server.url}/a.iso`] });
    await expect
      .poll(
        () =>
          second.events.some(
            (event) => event.kind === "progress" && event.label === "ISO (downloaded by another build)",
          ),
        PATIENT,
      )
      .toBe(true);
    expect(server.requests).toHaveLength(1);
    first.cancel();
    await expect(stuck).rejects.toThrow("interrupted");
    await waiting;
    expect(readFileSync(cached(first)).equals(content)).toBe(true);
    expect(server.requests[1]?.headers.range).toMatch(/^bytes=\d+-$/);
  });

  it("downloads once for builds that start together", async () => {
    const server = await startServer({ "/a.iso": { bytes: content } });
    const run = await createRecordingRun();
    await Promise.all(Array.from({ length: 5 }, () => get(run, { urls: [`${server.url}/a.iso`] })));
    expect(server.requests).toHaveLength(1);
  });

  it("tries the next place, and gives each its own reason in the end (DL-08)", async () => {
    const page = { bytes: Buffer.from("<!DOCTYPE html><title>Login</title>"), contentType: "text/html; charset=utf-8" };
    const disguised = { bytes: Buffer.from("<html><body>Not found</body></html>") };
    const server = await startServer({
      "/moved.iso": { status: 302, headers: { location: "/login" } },
      "/login": page,
      "/disguised.iso": disguised,
      "/busy.iso": { status: 403 },
    });
    const run = await createRecordingRun();
    const urls = ["/missing.iso", "/moved.iso", "/disguised.iso", "/busy.iso"].map((path) => server.url + path);
    const error = await failure(get(run, { urls }));
    expect(error.message).toBe(
      [
        "None of the 4 places has a usable ISO:",
        `    ${urls[0]}: the server answered with status 404 (there is no such file)`,
        `    ${urls[1]}: the server sent a web page instead of the file`,
        `    ${urls[2]}: the server sent a web page instead of the file`,
        `    ${urls[3]}: the server answered with status 403 (it refuses access)`,
      ].join("\n"),
    );
    expect(inCache(run).filter((name) => !name.includes(".part"))).toEqual([]);
  });

  it("uses the second place when the first fails", async () => {
    const server = await startServer({ "/b.iso": { bytes: content } });
    const run = await createRecordingRun();
    await get(run, { urls: [`${server.url}/a.iso`, `${server.url}/b.iso`] });
    expect(run.warnings()).toEqual([
      `ISO from ${server.url}/a.iso: the server answered with status 404 (there is no such file)`,
    ]);
  });

  it("limits silence, not the whole transfer (DL-09)", async () => {
    const server = await startServer({
      "/a.iso": { bytes: content, stallAfter: (n) => (n === 1 ? 50_000 : undefined) },
    });
    const run = await createRecordingRun({ env: { PACKER_GETTER_READ_TIMEOUT: "1s" } });
    await get(run, { urls: [`${server.url}/a.iso`] });
    expect(run.said()).toContainEqual(
      expect.stringContaining("truncated at 50000 of 300000 bytes: the server stopped sending"),
    );
  });

  it("is cancelled at once", async () => {
    const server = await startServer({ "/a.iso": { bytes: content, stallAfter: () => 50_000 } });
    const run = await createRecordingRun();
    const stuck = get(run, { urls: [`${server.url}/a.iso`] });
    stuck.catch(() => {});
    await expect.poll(() => server.requests.length, PATIENT).toBe(1);
    const started = performance.now();
    run.cancel();
    await expect(stuck).rejects.toThrow("interrupted");
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it("goes through a proxy, and shows no password of it (DL-10)", async () => {
    const seen: string[] = [];
    const proxy = createServer((request, response) => {
      seen.push(`${request.url} ${request.headers["proxy-authorization"]}`);
      response.end(content);
    });
    proxy.on("connect", (request, socket) => {
      seen.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"]}`);
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void proxy.close());
    const address = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const run = await createRecordingRun({ env: { http_proxy: `http://user:hunter22@${address}` } });
    const error = await failure(
      get(run, { urls: ["http://mirror.example/a.iso"] }).then(() => Promise.reject(new BuildError("downloaded"))),
    );
    // A plain request, not a tunnel: proxies tunnel to port 443 only.
    expect(seen[0]).toMatch(/^http:\/\/mirror\.example\/a\.iso /);
    expect(seen[0]).toContain(`Basic ${Buffer.from("user:hunter22").toString("base64")}`);
    expect(JSON.stringify([error.message, error.hint, run.events])).not.toContain("hunter22");
  });

  it("shows no password of a URL, and logs in with it", async () => {
    const server = await startServer({
      "/a.iso": (request) => (request.headers.authorization ? { status: 404 } : { status: 401 }),
    });
    const run = await createRecordingRun();
    const error = await failure(get(run, { urls: [`${server.url.replace("//", "//user:hunter22@")}/a.iso`] }));
    expect(error.message).toContain("status 404");
    expect(run.secrets).toEqual(["hunter22"]);
    expect(JSON.stringify([error.message, run.events])).not.toContain("hunter22");
  });

  it("refuses to go from HTTPS to HTTP only; other redirects are followed", async () => {
    const server = await startServer({
      "/a.iso": { status: 301, headers: { location: "/b.iso" } },
      "/b.iso": { bytes: content },
    });
    const run = await createRecordingRun();
    await get(run, { urls: [`${server.url}/a.iso`] });
    expect(server.requests.map(({ path }) => path)).toEqual(["/a.iso", "/b.iso"]);
  });

  it("uses local files where they are", async () => {
    const run = await createRecordingRun();
    const path = join(run.directories.work, "my disc.iso");
    writeFileSync(path, content);
    for (const url of [path, "my disc.iso", `file://${path.replace(" ", "%20")}`, "file:my%20disc.iso"]) {
      expect((await get(run, { urls: [url] })).path).toBe(path);
    }
    const error = await failure(get(run, { urls: ["other.iso"] }));
    expect(error.message).toBe(`ISO from other.iso: there is no file "${join(run.directories.work, "other.iso")}"`);
  });

  it("verifies local files too, once", async () => {
    const run = await createRecordingRun();
    writeFileSync(join(run.directories.work, "a.iso"), "something else");
    const error = await failure(get(run, { urls: ["a.iso"] }));
    expect(error.message).toContain(
      `it should be sha256:${hex} and is sha256:${sha256(Buffer.from("something else"))}`,
    );
  });

  it("takes a percent sign that escapes nothing as it is", async () => {
    const server = await startServer({
      "/100%.iso": (request) => (request.headers.authorization ? { bytes: content } : { status: 401 }),
    });
    const run = await createRecordingRun();
    const address = server.url.replace("//", "//user:50%25%20of%@");
    const { path } = await get(run, { urls: [`${address}/100%.iso`], targetPath: "images/" });
    expect(path).toBe(join(run.directories.work, "images/100%.iso"));
    expect(run.secrets).toEqual(["50%25%20of%"]);
  });

  it("says which kinds of address it knows", async () => {
    const run = await createRecordingRun();
    await expect(get(run, { urls: ["s3://bucket/a.iso"] })).rejects.toThrow(
      '"s3://bucket/a.iso" cannot be downloaded: "s3" is not supported',
    );
  });

  it("asks whether a file without a checksum has changed", async () => {
    let served = { bytes: content, etag: '"v1"' };
    const server = await startServer({ "/a.iso": () => served });
    const run = await createRecordingRun();
    const first = await get(run, { urls: [`${server.url}/a.iso`], checksum: NONE });
    expect(first.digest?.hex).toBe(hex);
    await get(run, { urls: [`${server.url}/a.iso`], checksum: NONE });
    expect(server.requests[1]?.headers["if-none-match"]).toBe('"v1"');
    served = { bytes: Buffer.from("newer"), etag: '"v2"' };
    const third = await get(run, { urls: [`${server.url}/a.iso`], checksum: NONE });
    expect(readFileSync(third.path, "utf8")).toBe("newer");
  });

  it("writes to iso_target_path: a file, or a directory under the URL's name", async () => {
    const server = await startServer({ "/deb.iso": { bytes: content } });
    const run = await createRecordingRun();
    const file = await get(run, { urls: [`${server.url}/deb.iso`], targetPath: "images/mine.iso" });
    expect(file.path).toBe(join(run.directories.work, "images/mine.iso"));
    const inside = await get(run, { urls: [`${server.url}/deb.iso`], targetPath: "images/" });
    expect(inside.path).toBe(join(run.directories.work, "images/deb.iso"));
    await get(run, { urls: [`${server.url}/deb.iso`], targetPath: "images/" });
    expect(server.requests).toHaveLength(2);
  });

  it("never begins what the disk has no room for (DL-12)", async () => {
    const server = await startServer({
      "/a.iso": { status: 200, headers: { "content-length": String(2 ** 52) }, body: "" },
    });
    const run = await createRecordingRun();
    const error = await failure(get(run, { urls: [`${server.url}/a.iso`, "http://127.0.0.1:9/never-tried.iso"] }));
    expect(error.message).toMatch(/^No room in .*: 4096 TiB more are needed, and .* are free$/);
    expect(error.hint).toContain("PACKER_CACHE_DIR");
  });
});

describe("download with a checksum file", () => {
  const sums = [
    "-----BEGIN PGP SIGNED MESSAGE-----",
    `${"a".repeat(64)} *debian-12.4.0-amd64-DVD-1.iso`,
    `${hex}  ./iso/debian-12.4.0-amd64-netinst.iso`,
    "",
  ].join("\n");

  it.each([
    ["GNU", sums],
    ["BSD", `SHA512 (x) = ${"0".repeat(128)}\nSHA256 (debian-12.4.0-amd64-netinst.iso) = ${hex.toUpperCase()}\n`],
    ["OpenSSL", `SHA2-256(debian-12.4.0-amd64-netinst.iso)= ${hex}`],
    ["bare", `${hex}\n`],
  ])("reads the %s format", async (_format, text) => {
    const server = await startServer({
      "/SUMS": { bytes: Buffer.from(text) },
      "/debian-12.4.0-amd64-netinst.iso": { bytes: content },
    });
    const run = await createRecordingRun();
    const result = await get(run, {
      urls: [`${server.url}/debian-12.4.0-amd64-netinst.iso`],
      checksum: checksum(`file:${server.url}/SUMS`),
    });
    expect(result.digest?.hex).toBe(hex);
  });

  it("names the file asked for and those it lists, the nearest first (DL-07)", async () => {
    const run = await createRecordingRun();
    writeFileSync(join(run.directories.work, "SUMS"), sums);
    const error = await failure(
      get(run, { urls: ["http://127.0.0.1:9/debian-12.5.0-amd64-netinst.iso"], checksum: checksum("file:SUMS") }),
    );
    expect(error.message).toContain(': The checksum file SUMS does not list "debian-12.5.0-amd64-netinst.iso"');
    expect(error.hint).toBe("It lists:\n    iso/debian-12.4.0-amd64-netinst.iso\n    debian-12.4.0-amd64-DVD-1.iso");
  });

  it("says when the checksum file is not there", async () => {
    const server = await startServer({});
    const run = await createRecordingRun();
    const error = await failure(
      get(run, { urls: [`${server.url}/a.iso`], checksum: checksum(`file:${server.url}/SUMS`) }),
    );
    expect(error.message).toBe(
      `The checksum file ${server.url}/SUMS cannot be read: the server answered with status 404 (there is no such file)`,
    );
    expect(server.requests).toHaveLength(1);
  });
});
