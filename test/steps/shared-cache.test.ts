import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { lock } from "../../src/lib/file-lock.ts";
import { download } from "../../src/steps/download.ts";
import { startServer } from "../helper/http-server.ts";
import { asRoot, isRoot } from "../helper/need.ts";
import { createRecordingRun, type RecordingRun } from "../helper/recording-run.ts";

const content = randomBytes(10_000);
const hex = createHash("sha256").update(content).digest("hex");
const other = Buffer.concat([Buffer.from("evil"), content.subarray(4)]);
const STRANGER = 54321;

interface Cache {
  readonly file: string;
  readonly stamp: string;
}

async function filledCache(): Promise<
  Cache & { readonly run: RecordingRun; get(): Promise<{ readonly path: string }> }
> {
  const server = await startServer({ "/a.iso": { bytes: content } });
  const run = await createRecordingRun();
  const get = () =>
    download(run, {
      label: "ISO",
      urls: [`${server.url}/a.iso`],
      checksum: { kind: "digest", digest: { algorithm: "sha256", hex } },
      pauseMs: 10,
    });
  const { path: file } = await get();
  const verified = join(run.directories.cache, "download/verified");
  return { run, get, file, stamp: join(verified, readdirSync(verified)[0]!) };
}

/** The stamp says of a file with other bytes all that is true of it, but for the digest. */
function forge({ file, stamp }: Cache): void {
  writeFileSync(file, other);
  const { size, mtimeMs, ctimeMs, ino } = statSync(file);
  const known = JSON.parse(readFileSync(stamp, "utf8")) as object;
  writeFileSync(stamp, JSON.stringify({ ...known, size, mtimeMs, ctimeMs, inode: ino }));
}

/** How somebody else can have been the one who wrote it. */
const byMode: Readonly<Record<string, (cache: Cache) => void>> = {
  "the stamp is writable by others": ({ stamp }) => chmodSync(stamp, 0o666),
  "the stamp is writable by the group": ({ stamp }) => chmodSync(stamp, 0o664),
  "the directory of stamps is writable by others": ({ stamp }) => chmodSync(dirname(stamp), 0o777),
  "the cache is writable by others": ({ file }) => chmodSync(dirname(file), 0o777),
  "the directory of stamps is a link": ({ stamp }) => {
    renameSync(dirname(stamp), `${dirname(stamp)}-there`);
    symlinkSync(`${dirname(stamp)}-there`, dirname(stamp));
  },
};
const byOwner: Readonly<Record<string, (cache: Cache) => void>> = {
  "the stamp is another user's": ({ stamp }) => chownSync(stamp, STRANGER, STRANGER),
  "the directory of stamps is another user's": ({ stamp }) => chownSync(dirname(stamp), STRANGER, STRANGER),
};

describe("R-10: a stamp that somebody else may have written does not stand for the checksum", () => {
  const check = async (change: (cache: Cache) => void): Promise<void> => {
    const cache = await filledCache();
    forge(cache);
    change(cache);
    const { path } = await cache.get();
    expect(readFileSync(path).equals(content)).toBe(true);
  };
  it.each(Object.entries(byMode))("%s", (_, change) => check(change));
  const withOwner = isRoot ? it : asRoot("to give files away");
  withOwner.each(Object.entries(byOwner))("%s", (_, change) => check(change));

  it.each(["", "null", "42", "[]", "{}", '{"digests":5}'])("a stamp with the content %j is none", async (text) => {
    const { get, stamp, run } = await filledCache();
    writeFileSync(stamp, text);
    const { path } = await get();
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(run.warnings()).toEqual([]);
  });
});

describe("R-10: what others left in a cache", () => {
  it("a link in place of a half download is not written through", async () => {
    const { get, file, run } = await filledCache();
    const precious = join(run.directories.work, "precious");
    writeFileSync(precious, "mine");
    renameSync(file, `${file}-away`);
    symlinkSync(precious, `${file}.part`);
    const { path } = await get();
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(readFileSync(precious, "utf8")).toBe("mine");
  });

  it.each(["", "null", "42", "[]", "{}", '{"url":5}'])(
    "notes of a half download that are %j are none",
    async (text) => {
      const { get, file } = await filledCache();
      renameSync(file, `${file}-away`);
      writeFileSync(`${file}.part`, content.subarray(0, 10));
      writeFileSync(`${file}.part.json`, text);
      const { path } = await get();
      expect(readFileSync(path).equals(content)).toBe(true);
    },
  );

  it("a lock that somebody holds is waited for with a word", async () => {
    const { get, file, run } = await filledCache();
    renameSync(file, `${file}-away`);
    mkdirSync(dirname(file), { recursive: true });
    const held = await lock(`${file}.lock`);
    const getting = get();
    await expect.poll(() => run.said().join("\n"), { timeout: 15_000 }).toContain("Waiting for process");
    await held.release();
    expect(existsSync((await getting).path)).toBe(true);
  });
});
