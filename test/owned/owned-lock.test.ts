import { randomUUID } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ReapContext, Resource } from "../../src/sdk/journal.ts";
import { reaper, withOwnedLock } from "../../src/owned/owned-lock.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

const runId = randomUUID();
const context = { runId, dryRun: false, env: {}, signal: new AbortController().signal } as unknown as ReapContext;

it("is found by the journal's token where its process was killed before the file had content", async () => {
  const directory = temporaryDirectory();
  const path = join(directory, ".a.sha256.lock");
  let journalled: Resource | undefined;
  const own = (resource: Resource) => {
    journalled = resource;
    return Promise.resolve({ strike: () => Promise.resolve() } as never);
  };
  await withOwnedLock({ runId }, { own }, { path }, () => Promise.resolve());
  const { token } = journalled!.details as { readonly token: string };
  const others = `${path}.${randomUUID()}`;
  // What being killed between two calls of the kernel leaves; the other one is of a process that still lives.
  for (const half of [`${path}.${token}`, others]) await writeFile(half, "");
  expect(await reaper.reap(journalled!, context)).toEqual({ kind: "removed" });
  expect((await readdir(directory)).map((name) => join(directory, name))).toEqual([others]);
  expect(await reaper.reap(journalled!, context)).toEqual({ kind: "gone" });
});
