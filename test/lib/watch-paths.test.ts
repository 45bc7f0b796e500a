import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { firstChange } from "../../src/lib/watch-paths.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

async function place() {
  const root = temporaryDirectory();
  await mkdir(join(root, "tree", "deep"), { recursive: true });
  await writeFile(join(root, "file"), "one");
  await writeFile(join(root, "tree", "deep", "file"), "one");
  const paths = ["file", "tree", "absent"].map((name) => join(root, name));
  const controller = new AbortController();
  let seen = Promise.resolve("");
  await new Promise<void>((resolve) => {
    seen = firstChange(paths, controller.signal, resolve);
  });
  return { root, seen, controller };
}

describe("firstChange", () => {
  it.each([
    ["a file that is written", "file", (root: string) => writeFile(join(root, "file"), "other")],
    ["a file that goes", "file", (root: string) => rm(join(root, "file"))],
    ["a file that comes", "absent", (root: string) => writeFile(join(root, "absent"), "")],
    ["a file deep in a directory", "tree", (root: string) => writeFile(join(root, "tree", "deep", "file"), "other")],
    ["a file new in a directory", "tree", (root: string) => writeFile(join(root, "tree", "deep", "new"), "")],
    [
      "a file that is replaced, as editors do",
      "file",
      async (root: string) => {
        await writeFile(join(root, "file.tmp"), "two");
        await rename(join(root, "file.tmp"), join(root, "file"));
      },
    ],
  ])("sees %s", async (_, name, change) => {
    const { root, seen } = await place();
    await change(root);
    expect(await seen).toBe(join(root, name));
  });

  it("does not mind what else happens beside them", async () => {
    const { root, seen, controller } = await place();
    await writeFile(join(root, "other"), "");
    await writeFile(join(root, "file"), "two");
    expect(await seen).toBe(join(root, "file"));
    controller.abort();
  });

  it("ends with its signal", async () => {
    const { seen, controller } = await place();
    controller.abort(new Error("enough"));
    await expect(seen).rejects.toThrow("enough");
  });
});
