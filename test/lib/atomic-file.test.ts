import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createAtomicFile, writeFileAtomic } from "../../src/lib/atomic-file.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

const directory = temporaryDirectory;

describe("createAtomicFile", () => {
  it("shows nothing under the name until committed, then everything", async () => {
    const path = join(directory(), "a");
    writeFileSync(path, "old");
    const file = await createAtomicFile(path);
    await file.handle.write("new");
    expect(readFileSync(path, "utf8")).toBe("old");
    await file.commit();
    await file.discard();
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(readdirSync(join(path, ".."))).toEqual(["a"]);
  });

  it("leaves nothing behind when discarded", async () => {
    const path = join(directory(), "a");
    const file = await createAtomicFile(path);
    await file.discard();
    await file.commit();
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });

  it("leaves the old file as it was when the commit fails", async () => {
    const path = join(directory(), "a");
    writeFileSync(path, "old");
    const file = await createAtomicFile(path);
    await file.handle.close();
    await expect(file.commit()).rejects.toThrow();
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(join(path, ".."))).toEqual(["a"]);
  });

  it("is never readable by others when it is a secret", async () => {
    const path = join(directory(), "key");
    const file = await createAtomicFile(path, { mode: 0o600 });
    expect(statSync(file.temporaryPath).mode & 0o777).toBe(0o600);
    await file.commit();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

describe("writeFileAtomic", () => {
  it("fails without a trace where it cannot write", async () => {
    await expect(writeFileAtomic(join(directory(), "no", "such"), "x")).rejects.toMatchObject({ code: "ENOENT" });
  });
});
