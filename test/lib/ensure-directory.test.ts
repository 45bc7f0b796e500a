import { mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ensureDirectory } from "../../src/lib/ensure-directory.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";
import { without } from "../helper/need.ts";

const onLinux = process.platform === "linux" ? it : without("needs Linux and its /proc");

describe("ensureDirectory", () => {
  it("makes what is missing, and says which was the first", async () => {
    const place = temporaryDirectory();
    expect(await ensureDirectory(join(place, "a/b/c"), 0o700)).toBe(join(place, "a"));
    expect(statSync(join(place, "a/b/c")).mode & 0o777).toBe(0o700);
    expect(statSync(join(place, "a")).mode & 0o777).toBe(0o700);
    expect(await ensureDirectory(join(place, "a/b/d"))).toBe(join(place, "a/b/d"));
    expect(await ensureDirectory(join(place, "a/b/d"))).toBeUndefined();
  });

  it("takes a link to a directory, and others that make the same at the same time", async () => {
    const place = temporaryDirectory();
    mkdirSync(join(place, "real"));
    symlinkSync("real", join(place, "link"));
    expect(await ensureDirectory(join(place, "link"))).toBeUndefined();
    const paths = Array.from({ length: 20 }, (_, index) => join(place, `link/x/y/${index % 3}`));
    await Promise.all(paths.map((path) => ensureDirectory(path)));
    expect(statSync(join(place, "real/x/y/2")).isDirectory()).toBe(true);
  });

  it.each([
    ["a file", "file", "EEXIST"],
    ["below a file", "file/x/y", "ENOTDIR"],
    ["a link to nothing", "nothing", "EEXIST"],
  ])("rejects: %s", async (_, name, code) => {
    const place = temporaryDirectory();
    writeFileSync(join(place, "file"), "");
    symlinkSync("nowhere", join(place, "nothing"));
    await expect(ensureDirectory(join(place, name))).rejects.toMatchObject({ code });
  });

  onLinux("rejects, rather than tries for ever, where the system makes no directories", async () => {
    await expect(ensureDirectory("/proc/imgbuild-test/x/y")).rejects.toMatchObject({ code: "ENOENT" });
  });
});
