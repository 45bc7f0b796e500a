import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseChecksum, type Checksum } from "../../src/lib/checksum-spec.ts";
import { download } from "../../src/steps/download.ts";
import type { DownloadOptions } from "../../src/steps/download/attempt.ts";
import { startServer } from "../helper/http-server.ts";
import { needs } from "../helper/need.ts";
import { createRecordingRun, type RecordingRun } from "../helper/recording-run.ts";

const NONE: Checksum = { kind: "none" };
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const image = Buffer.concat([Buffer.from("boot".repeat(5000)), Buffer.alloc(3_000_000), Buffer.from("end")]);

const get = (run: RecordingRun, options: Partial<DownloadOptions> & Pick<DownloadOptions, "urls">) =>
  download(run, { label: "ISO", checksum: NONE, extension: "iso", pauseMs: 10, ...options });

/** A packed image in the run's directory; its bytes. */
function pack(run: RecordingRun, ending: string, command: string): Buffer {
  const { work } = run.directories;
  writeFileSync(join(work, "disk"), image);
  execFileSync("sh", ["-c", command], { cwd: work });
  return readFileSync(join(work, `disk.${ending}`));
}

function checksumOf(bytes: Buffer): Checksum {
  return parseChecksum(`sha256:${sha256(bytes)}`) as Checksum;
}

const kinds: readonly (readonly [ending: string, program: string, debianPackage: string, command: string])[] = [
  ["gz", "gzip", "gzip", "gzip -c disk >disk.gz"],
  ["bz2", "bzip2", "bzip2", "bzip2 -c disk >disk.bz2"],
  ["xz", "xz", "xz-utils", "xz -c disk >disk.xz"],
  ["zst", "zstd", "zstd", "zstd -q -c disk >disk.zst"],
  ["zip", "zip", "zip", "zip -q disk.zip disk"],
  ["tar.gz", "tar", "tar", "tar -czf disk.tar.gz disk"],
];

describe("a packed image (M-06)", () => {
  for (const [ending, program, debianPackage, command] of kinds) {
    const test = needs(program, debianPackage);

    test(`.${ending} from a server is verified as it is, unpacked once, and stays in the cache`, async () => {
      const run = await createRecordingRun();
      const bytes = pack(run, ending, command);
      const server = await startServer({ [`/disk.${ending}`]: { bytes } });
      const options = { urls: [`${server.url}/disk.${ending}`], checksum: checksumOf(bytes) };
      const first = await get(run, options);
      expect(readFileSync(first.path).equals(image)).toBe(true);
      expect(first.path).toBe(join(run.directories.cache, "download", `sha256-${sha256(bytes)}-unpacked.iso`));
      const inode = statSync(first.path).ino;
      expect(await get(run, options)).toEqual(first);
      expect(statSync(first.path).ino).toBe(inode);
      expect(server.requests).toHaveLength(1);
      expect(leftovers(run)).toEqual([]);
    });

    test(`.${ending} on this machine is unpacked beside nothing of the user's, with and without a checksum`, async () => {
      const run = await createRecordingRun();
      const bytes = pack(run, ending, command);
      const before = readdirSync(run.directories.work);
      for (const checksum of [NONE, checksumOf(bytes)]) {
        const { path } = await get(run, { urls: [`disk.${ending}`], checksum });
        expect(readFileSync(path).equals(image)).toBe(true);
      }
      expect(readdirSync(run.directories.work)).toEqual(before);
    });

    test(`.${ending} with a wrong checksum is not unpacked`, async () => {
      const run = await createRecordingRun();
      pack(run, ending, command);
      const wrong = get(run, { urls: [`disk.${ending}`], checksum: checksumOf(image) });
      await expect(wrong).rejects.toMatchObject({ hint: expect.stringContaining("of the packed file") as string });
      expect(run.said().join("\n")).not.toContain("Unpacking");
    });
  }

  needs("gzip", "gzip")("goes where the user wants it, under its own name in a directory", async () => {
    const run = await createRecordingRun();
    pack(run, "gz", "gzip -c disk >disk.gz; rm disk; mkdir images");
    const inDirectory = await get(run, { urls: ["disk.gz"], targetPath: "images/" });
    expect(inDirectory.path).toBe(join(run.directories.work, "images", "disk"));
    const named = await get(run, { urls: ["disk.gz"], targetPath: "mine.img" });
    expect(readFileSync(named.path).equals(image)).toBe(true);
    await expect(get(run, { urls: ["disk.gz"], targetPath: "disk.gz" })).rejects.toThrow("over the packed file");
    expect(existsSync(join(run.directories.work, "disk.gz"))).toBe(true);
  });

  needs("gzip", "gzip")(
    "is unpacked anew where the unpacked file was changed, or a stranger's word stands for it",
    async () => {
      const run = await createRecordingRun();
      const bytes = pack(run, "gz", "gzip -c disk >disk.gz");
      const { path } = await get(run, { urls: ["disk.gz"] });
      writeFileSync(path, "something else");
      await get(run, { urls: ["disk.gz"] });
      expect(readFileSync(path).equals(image)).toBe(true);
      expect(run.warnings().join("\n")).toContain("it is unpacked anew");
      const record = join(run.directories.cache, "download", "unpacked", `sha256-${sha256(bytes)}.json`);
      for (const text of ["", "null", "[]", "3", '{"algorithm":"sha256","hex":"x"}']) {
        writeFileSync(record, text);
        await get(run, { urls: ["disk.gz"] });
        expect(readFileSync(path).equals(image)).toBe(true);
      }
    },
  );

  needs("gzip", "gzip")("is told by ?archive=, whatever its name is", async () => {
    const run = await createRecordingRun();
    const bytes = pack(run, "gz", "gzip -c disk >disk.gz");
    const server = await startServer({ "/latest": { bytes }, "/disk.gz": { bytes } });
    const unpacked = await get(run, { urls: [`${server.url}/latest?archive=gz`] });
    expect(readFileSync(unpacked.path).equals(image)).toBe(true);
    const asItIs = await get(run, { urls: [`${server.url}/disk.gz?archive=false`] });
    expect(readFileSync(asItIs.path).equals(bytes)).toBe(true);
    const local = await get(run, { urls: ["disk.gz?archive=false"] });
    expect(readFileSync(local.path).equals(bytes)).toBe(true);
    expect(server.requests.map(({ path }) => path)).toEqual(["/latest", "/disk.gz"]);
    await expect(get(run, { urls: ["disk.gz?archive=rar"] })).rejects.toThrow('"archive=rar" is no way of packing');
  });

  it("says what to do where the file is not what its name says", async () => {
    const run = await createRecordingRun();
    writeFileSync(join(run.directories.work, "disk.xz"), "plain");
    await expect(get(run, { urls: ["disk.xz"] })).rejects.toMatchObject({
      message: 'ISO from disk.xz: "disk.xz" cannot be unpacked: it is damaged, cut off, or no xz file',
      hint: expect.stringContaining("?archive=false") as string,
    });
    expect(leftovers(run)).toEqual([]);
  });

  needs("gzip", "gzip")("leaves holes where zeros were", async () => {
    const run = await createRecordingRun();
    pack(run, "gz", "head -c 8000000 /dev/zero | gzip -c >disk.gz");
    const { path } = await get(run, { urls: ["disk.gz"] });
    const { size, blocks } = statSync(path);
    expect(size).toBe(8_000_000);
    expect(512 * blocks).toBeLessThan(size / 2);
  });
});

function leftovers(run: RecordingRun): readonly string[] {
  const cache = join(run.directories.cache, "download");
  mkdirSync(cache, { recursive: true });
  return readdirSync(cache).filter((name) => /unpacking$|lock$|part/.test(name));
}
