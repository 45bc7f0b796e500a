import { createHash } from "node:crypto";
import { stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sha256OfFile } from "../../src/sdk/file-digest.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

it("the digest of a file is the known one until the file changes", async () => {
  const path = join(temporaryDirectory(), "box");
  await writeFile(path, "box");
  const { size, mtimeMs } = await stat(path);
  // Not the true one, so that reading shows.
  const known = { sha256: "known", size, mtimeMs };
  const read = createHash("sha256").update("box").digest("hex");
  expect(await sha256OfFile(path, known)).toBe("known");
  expect(await sha256OfFile(path, undefined)).toBe(read);
  await utimes(path, new Date(), new Date(mtimeMs + 1000));
  expect(await sha256OfFile(path, known)).toBe(read);
  expect(await sha256OfFile(path, { ...known, size: 4, mtimeMs: (await stat(path)).mtimeMs })).toBe(read);
});
