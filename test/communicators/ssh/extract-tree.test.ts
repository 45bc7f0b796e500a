import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pack, type Header } from "tar-stream";
import { describe, expect, it } from "vitest";
import { extractTree } from "../../../src/communicators/ssh/extract-tree.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";

type Entry = Partial<Header> & { readonly name: string };

async function extract(entries: readonly Entry[]) {
  const { directories } = await createRecordingRun();
  const archive = pack();
  for (const entry of entries)
    archive.entry(entry, entry.type === "symlink" || entry.type === "directory" ? "" : "content");
  archive.finalize();
  const leftOut: string[] = [];
  const root = join(directories.work, "root");
  const done = extractTree(archive as unknown as Readable, root, {
    onBytes: () => {},
    onLeftOut: (path) => leftOut.push(path),
  });
  return { root, done, leftOut, above: directories.work };
}

describe("unpacking what a machine sent (SSH-14)", () => {
  it.each(["../evil", "a/../../evil", "/etc/evil", "a/..", "..", "..\\evil"])("refuses the name %j", async (name) => {
    const { done, above } = await extract([{ name }]);
    await expect(done).rejects.toThrow("leads out of the download directory");
    expect((await readdir(above)).filter((entry) => entry !== "root")).toEqual([]);
  });

  it("never writes through a link it was sent", async () => {
    const { done, above, root } = await extract([
      { name: "dir", type: "symlink", linkname: ".." },
      { name: "dir/file" },
    ]);
    await done;
    expect(await readdir(above)).toEqual(["root"]);
    expect(await readFile(join(root, "dir/file"), "utf8")).toBe("content");
  });

  it("keeps links that stay inside and names those that do not", async () => {
    const { done, root, leftOut } = await extract([
      { name: "sub/file" },
      { name: "in", type: "symlink", linkname: "sub/file" },
      { name: "out", type: "symlink", linkname: "../../x" },
      { name: "abs", type: "symlink", linkname: "/etc/passwd" },
    ]);
    await done;
    expect(await readlink(join(root, "in"))).toBe("sub/file");
    expect(leftOut).toEqual(["out", "abs"]);
  });
});
