import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sweepTemporaryFiles } from "../../../src/core/journal/sweep-temporary-files.ts";
import { temporaryNameFor } from "../../../src/lib/atomic-file.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";

it("R-15: removes what was being written when its run was killed, and nothing else", async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "artifacts"));
  const kept = ["run.json", "journal.jsonl", ".hidden.tmp", "x.0123456789ab.tmp", "artifacts/file.a.json"];
  for (const name of kept) writeFileSync(join(directory, name), "");
  for (const name of ["run.json", "artifacts/file.a.json"]) writeFileSync(temporaryNameFor(join(directory, name)), "");
  await sweepTemporaryFiles(directory);
  const left = readdirSync(directory, { recursive: true, encoding: "utf8" });
  expect(left.sort()).toEqual([...kept, "artifacts"].sort());
});
