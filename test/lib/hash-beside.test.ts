import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sha256Beside } from "../../src/lib/hash-beside.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

const PIECE = 4 * 1024 * 1024;

describe("sha256Beside", () => {
  it.each([0, 1, PIECE, PIECE + 1, 3 * PIECE + 5])("is the digest of %i bytes", async (size) => {
    const path = join(temporaryDirectory(), "file");
    const content = randomBytes(size);
    await writeFile(path, content);
    const { signal } = new AbortController();
    expect(await sha256Beside(path, signal)).toBe(createHash("sha256").update(content).digest("hex"));
  });

  it("ends when it is told to, and says where there is no file", async () => {
    const path = join(temporaryDirectory(), "file");
    await expect(sha256Beside(path, new AbortController().signal)).rejects.toThrow("ENOENT");
    await writeFile(path, randomBytes(2 * PIECE));
    await expect(sha256Beside(path, AbortSignal.abort())).rejects.toThrow("aborted");
  });
});
