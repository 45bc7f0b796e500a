import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { openDirectory } from "../../../src/core/store/directory-place.ts";
import { blobName, type StoredBuild } from "../../../src/core/store/record.ts";
import { removeFromStore } from "../../../src/core/store/remove-from-store.ts";
import { Store } from "../../../src/core/store/store.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";

const NOTHING = { builds: [], checkpoints: [] };

const { signal } = new AbortController();
const sha256Of = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

function fileOf(name: string, content = Buffer.alloc(3 * 1024 * 1024 + 1, name)) {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, content);
  return { path, size: content.length, sha256: sha256Of(content) };
}

function recordOf(key: string, ...files: readonly ReturnType<typeof fileOf>[]): StoredBuild {
  return {
    version: 1,
    key: key.repeat(64),
    build: { name: `file.${key}`, builderType: "file", sourceName: key },
    template: "t.pkr.hcl",
    runId: "5e024b5f",
    storedAt: 1,
    durationMs: 1,
    files: files.map(({ size, sha256 }) => ({ path: `out/${sha256}`, size, sha256, mode: 0o644 })),
    artifacts: [],
    recipe: {},
  };
}

async function storeIn(directory: string): Promise<Store> {
  return new Store(await openDirectory(directory, directory));
}

/** As old as the clean-up wants them. */
function age(directory: string): void {
  const old = new Date(Date.now() - 25 * 3600_000);
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), old, old);
  }
}

const blobsIn = (directory: string): readonly string[] =>
  readdirSync(join(directory, "blobs"), { recursive: true, encoding: "utf8" }).filter((name) => name.length > 64);

/** Resolves with the signal that ended the helper. */
function killedWhileStoring(...args: readonly string[]): Promise<string | undefined> {
  const helper = resolve("test/helper/dying-store/put-file.ts");
  return new Promise((done) => {
    execFile(process.execPath, ["--import", "tsx", helper, ...args], (error) => done(error?.signal));
  });
}

describe("a store in a directory", () => {
  it("has both builds of two machines that store the same files at once", async () => {
    const directory = join(temporaryDirectory(), "store");
    const stores = await Promise.all([storeIn(directory), storeIn(directory)]);
    const shared = fileOf("shared");
    const put = async (store: Store, key: string): Promise<void> => {
      await store.putBlob(shared, { signal });
      await store.putRecord(recordOf(key, shared), signal);
    };
    await Promise.all(stores.flatMap((store) => ["a", "b", "b"].map((key) => put(store, key))));
    const found = await stores[0].list(signal);
    expect(found.map(({ build }) => build.name).toSorted()).toEqual(["file.a", "file.b"]);
    expect(sha256Of(readFileSync(join(directory, blobName(shared.sha256))))).toBe(shared.sha256);
    expect(blobsIn(directory)).toHaveLength(1);
    expect(readdirSync(join(directory, "unfinished"))).toEqual([]);
  });

  it.each(["within", "behind"])("has no build of a machine that was killed %s its file, and goes on", async (when) => {
    const directory = join(temporaryDirectory(), "store");
    const file = fileOf("big");
    expect(await killedWhileStoring(directory, file.path, file.sha256, String(file.size), when)).toBe("SIGKILL");
    expect(readdirSync(join(directory, "unfinished"))).toHaveLength(when === "within" ? 1 : 0);
    expect(existsSync(join(directory, blobName(file.sha256)))).toBe(when === "behind");
    const store = await storeIn(directory);
    expect(await store.list(signal)).toEqual([]);
    age(directory);
    expect(await removeFromStore(store, NOTHING, signal)).toBe(when === "behind" ? file.size : 0);
    expect(readdirSync(join(directory, "unfinished"))).toEqual([]);
    await store.putBlob(file, { signal });
    await store.putRecord(recordOf("a", file), signal);
    expect(await store.list(signal)).toHaveLength(1);
  });

  it("takes a file that cannot be read for no fault of the store", async () => {
    const directory = join(temporaryDirectory(), "store");
    const file = { path: join(temporaryDirectory(), "gone"), size: 1, sha256: "0".repeat(64) };
    const putting = (await storeIn(directory)).putBlob(file, { signal });
    await expect(putting).rejects.toThrow(`${file.path} cannot be put into the store: no such file or directory`);
    expect(readdirSync(join(directory, "unfinished"))).toEqual([]);
  });

  it("notices a file that has changed meanwhile", async () => {
    const directory = join(temporaryDirectory(), "store");
    const file = fileOf("shorter");
    truncateSync(file.path, 10);
    await expect((await storeIn(directory)).putBlob(file, { signal })).rejects.toThrow("has changed while");
    expect(existsSync(join(directory, blobName(file.sha256)))).toBe(false);
  });
});

describe("removing builds", () => {
  it("keeps files that a damaged record names, or one of a later version, and what is no file of a store", async () => {
    const directory = join(temporaryDirectory(), "store");
    const store = await storeIn(directory);
    const [later, damaged, unnamed] = ["later", "damaged", "unnamed"].map((name) => fileOf(name));
    for (const file of [later!, damaged!, unnamed!]) await store.putBlob(file, { signal });
    await store.putRecord({ ...recordOf("a", later!), version: 2 as never }, signal);
    writeFileSync(
      join(directory, "builds", `${"b".repeat(64)}.json`),
      JSON.stringify(recordOf("b", damaged!)).slice(0, -9),
    );
    const foreign = join(directory, "blobs", "sha256", unnamed!.sha256);
    mkdirSync(join(directory, "blobs", "sha256"));
    writeFileSync(foreign, "somebody else's");
    age(directory);
    expect(await removeFromStore(store, NOTHING, signal)).toBe(unnamed!.size);
    const left = [later!, damaged!].map(({ sha256 }) => blobName(sha256).slice("blobs/".length));
    expect(blobsIn(directory).toSorted()).toEqual([...left, `sha256/${unnamed!.sha256}`].toSorted());
  });

  it("keeps a file that another machine makes young again while it is being looked at", async () => {
    const directory = join(temporaryDirectory(), "store");
    const store = await storeIn(directory);
    const file = fileOf("old");
    await store.putBlob(file, { signal });
    age(directory);
    const { place } = store;
    const other = await storeIn(directory);
    const read = async (prefix: string) => {
      const listed = await place.list(prefix, signal);
      // Just behind the reading of the records.
      if (prefix === "checkpoints/") await other.putBlob(file, { signal });
      return listed;
    };
    const slow = new Store({ ...place, list: read });
    expect(await removeFromStore(slow, NOTHING, signal)).toBe(0);
    expect(blobsIn(directory)).toHaveLength(1);
  });

  it("touches nothing where there is no store", async () => {
    const directory = temporaryDirectory();
    const store = await storeIn(directory);
    const path = join(directory, blobName("0".repeat(64)));
    mkdirSync(join(directory, "blobs", "00"), { recursive: true });
    writeFileSync(path, "somebody else's");
    age(directory);
    expect(await removeFromStore(store, NOTHING, signal)).toBe(0);
    expect(existsSync(path)).toBe(true);
  });
});
