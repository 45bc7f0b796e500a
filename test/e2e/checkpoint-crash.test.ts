import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, stat, utimes } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { CheckpointStore } from "../../src/core/checkpoints/store.ts";
import { mapLimited } from "../../src/lib/limited.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

const CONTENT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  one: { disk: "disk", memory: "one" },
  two: { disk: "disk", "disk.1": "disk of two", memory: "two" },
};

describe("a store whose process is killed", () => {
  it("has no checkpoint that lies and nothing that is not swept, at whichever write it was", async () => {
    const root = temporaryDirectory();
    const program = await dyingProgram(root);
    const undisturbed = await runProgram(program, join(root, "0"), 0);
    expect(undisturbed).toMatchObject({ code: 0, signal: null });
    const points = Number(undisturbed.printed);
    expect(points).toBeGreaterThan(60);
    const places = Array.from({ length: points }, (_, index) => index + 1);
    const kept = await mapLimited(places, 4, async (point) => {
      const directory = join(root, String(point));
      expect(await runProgram(program, directory, point)).toMatchObject({ signal: "SIGKILL" });
      return look(directory, `killed at point ${point} of ${points}`);
    });
    // Early deaths leave none, late ones the last.
    expect(new Set(kept.map((keys) => keys.join("+")))).toEqual(new Set(["", "one", "one+two", "two"]));
  });
});

/** The store's code over a file system that kills it. */
async function dyingProgram(root: string): Promise<string> {
  const helper = resolve("test/helper/dying-store");
  const outfile = join(root, "work.mjs");
  await build({
    entryPoints: [join(helper, "work.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "error",
    alias: { "node:fs/promises": join(helper, "fs-promises.ts") },
  });
  return outfile;
}

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly printed: string;
}

function runProgram(program: string, directory: string, dieAt: number): Promise<Ended> {
  const env = { ...process.env, DIE_AT: String(dieAt) };
  const child = spawn(process.execPath, [program, directory], { env, stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (printed += chunk));
  return new Promise((done, failed) => {
    child.once("error", failed);
    child.once("close", (code, signal) => done({ code, signal, printed }));
  });
}

/** Opens the store as the next run does, and returns the checkpoints that are there. */
async function look(directory: string, what: string): Promise<readonly string[]> {
  if ((await stat(directory).catch(() => undefined)) === undefined) return [];
  // What was about to become a lock is left alone for an hour.
  for (const name of await readdir(directory)) {
    if (name.startsWith("lock.")) await utimes(join(directory, name), 0, 0);
  }
  const store = await CheckpointStore.open(directory);
  const records = await store.list();
  for (const record of records) {
    const place = join(directory, "work", `back-${record.key}`);
    await mkdir(place);
    const paths = await store.link(record, place);
    await store.verify(record, paths, new AbortController().signal);
    const texts = await Promise.all([...paths].map(async ([role, path]) => [role, await readFile(path, "utf8")]));
    expect(Object.fromEntries(texts), what).toEqual(CONTENT[record.key]);
  }
  const objects = records.flatMap(({ files }) => Object.values(files).map(({ object }) => object));
  expect(await readdir(directory), what).toEqual(["objects", "records", "secret", "verified", "version", "work"]);
  expect((await readdir(join(directory, "objects"))).toSorted(), what).toEqual([...new Set(objects)].toSorted());
  expect(await readdir(join(directory, "records")), what).toEqual(records.map(({ key }) => `${key}.json`));
  return records.map(({ key }) => key);
}
