import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createOwnedFile } from "../../src/owned/owned-file.ts";
import { createRecordingRun } from "../helper/recording-run.ts";

it("leaves nothing to clean up where the file could not be started", async () => {
  const run = await createRecordingRun();
  const blocked = join(run.directories.work, "blocked");
  await writeFile(blocked, "");
  const path = join(blocked, "folder", "file");
  await expect(run.step("write", (step) => createOwnedFile(run, step, path))).rejects.toThrow("ENOTDIR");
  expect(await run.finish("failed")).toEqual([]);
});
