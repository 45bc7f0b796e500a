import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { keepWithinLimit, storeLimit } from "../../../src/core/checkpoints/keep-within-limit.ts";
import { CheckpointStore } from "../../../src/core/checkpoints/store.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";

const record = (key: string, step = 0) => ({
  version: 1 as const,
  key,
  template: "/t",
  build: "b",
  step,
  name: "a step",
  createdAt: 1_000 * (step + 1),
  inputs: {},
  outputs: {},
  facts: {},
});

async function createStore() {
  const directory = join(temporaryDirectory(), "store");
  const store = await CheckpointStore.open(directory);
  const save = async (key: string, texts: Readonly<Record<string, string>>, step = 0) => {
    const place = join(directory, "work", key);
    await mkdir(place);
    const files = new Map<string, { path: string }>();
    for (const [role, text] of Object.entries(texts)) {
      await writeFile(join(place, role), text);
      files.set(role, { path: join(place, role) });
    }
    await store.write(record(key, step), files);
  };
  return { directory, store, save };
}

describe("a checkpoint store", () => {
  it("keeps each content once, read-only, and puts it back by its role", async () => {
    const { directory, store, save } = await createStore();
    await save("one", { disk: "same", memory: "first" });
    await save("two", { disk: "same", memory: "second" });
    const objects = await readdir(join(directory, "objects"));
    expect(objects).toHaveLength(3);
    for (const name of objects) expect((await stat(join(directory, "objects", name))).mode & 0o777).toBe(0o400);
    const place = join(directory, "work", "back");
    await mkdir(place);
    const found = (await store.read("two"))!;
    const paths = await store.link(found, place);
    await store.verify(found, paths, new AbortController().signal);
    expect(await readFile(paths.get("memory")!, "utf8")).toBe("second");
    expect([...paths.keys()]).toEqual(["disk", "memory"]);
  });

  it("is for its user alone", async () => {
    const { directory } = await createStore();
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    await chmod(directory, 0o755);
    await expect(CheckpointStore.open(directory)).rejects.toThrow("can be read by others");
  });

  it("refuses a store of another format, and leaves it alone", async () => {
    const { directory } = await createStore();
    await writeFile(join(directory, "version"), "7\n");
    await expect(CheckpointStore.open(directory)).rejects.toThrow("has the format 7");
    expect(await readFile(join(directory, "version"), "utf8")).toBe("7\n");
  });

  it.each(["", "{", "null", "7", "[]", '{"version":2}', '{"version":1,"key":"bad","files":{"a":null}}'])(
    "does not believe a record like %s",
    async (text) => {
      const { directory, store } = await createStore();
      await writeFile(join(directory, "records", "bad.json"), text);
      expect(await store.read("bad")).toBeUndefined();
      expect(await store.list()).toEqual([]);
    },
  );

  it("frees what no other checkpoint needs", async () => {
    const { directory, store, save } = await createStore();
    await save("one", { disk: "same", memory: "12345" });
    await save("two", { disk: "same", memory: "second" });
    expect((await store.list()).map(({ key, ownBytes }) => [key, ownBytes])).toEqual([
      ["one", 5],
      ["two", 6],
    ]);
    expect(await store.remove(["one"])).toBe(5);
    expect(await readdir(join(directory, "objects"))).toHaveLength(2);
  });

  it("removes what a killed process left without a record", async () => {
    const { directory, store } = await createStore();
    await writeFile(join(directory, "objects", "0".repeat(64)), "left");
    expect(await store.remove([])).toBe(4);
    expect(await readdir(join(directory, "objects"))).toEqual([]);
  });

  it("keeps within its limit by letting go what was not used for longest", async () => {
    const { store, save } = await createStore();
    await save("one", { memory: "a".repeat(100) }, 0);
    await save("two", { memory: "b".repeat(100) }, 1);
    await save("three", { memory: "c".repeat(100) }, 2);
    await store.touch("one");
    expect(await keepWithinLimit(store, 250, Date.now())).toBe(1);
    expect(await store.read("one")).toBeDefined();
  });

  it.each([
    ["20GB", 20 * 1024 ** 3],
    ["512M", 512 * 1024 ** 2],
    [undefined, 20 * 1024 ** 3],
  ])("takes %s as its limit", (text, bytes) => {
    expect(storeLimit({ env: { IMGBUILD_CHECKPOINTS_LIMIT: text } })).toBe(bytes);
  });

  it("says what is no limit", () => {
    expect(() => storeLimit({ env: { IMGBUILD_CHECKPOINTS_LIMIT: "much" } })).toThrow("is not a size");
  });

  it("gives the same digest in one store, and another in another", async () => {
    const [one, other] = [await createStore(), await createStore()];
    const again = await CheckpointStore.open(one.directory);
    expect(again.digest({ a: 1, b: 2 })).toBe(one.store.digest({ b: 2, a: 1 }));
    expect(other.store.digest({ a: 1, b: 2 })).not.toBe(one.store.digest({ a: 1, b: 2 }));
  });
});
