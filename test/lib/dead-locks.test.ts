import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { removeDeadLocks } from "../../src/lib/dead-locks.ts";
import { tryLock } from "../../src/lib/file-lock.ts";
import { identifyProcess } from "../../src/lib/process-identity.ts";

it("removeDeadLocks removes our locks without a living owner, and no others", async () => {
  const directory = await mkdtemp(join(tmpdir(), "locks-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await mkdir(join(directory, "port"));
  const dead = { ...(await identifyProcess()), pid: Number(execFileSync("sh", ["-c", "echo $$"])), token: "a" };
  await writeFile(join(directory, "port/port-1.lock"), JSON.stringify(dead));
  await writeFile(join(directory, "iso.lock.0f0f"), JSON.stringify(dead));
  await writeFile(join(directory, "packer.lock"), "");
  // Killed before they had content, long ago and perhaps not at all.
  const [old, fresh] = [`iso.lock.${randomUUID()}`, `iso.lock.${randomUUID()}`];
  for (const name of [old, fresh]) await writeFile(join(directory, name), "");
  await utimes(join(directory, old), 0, Date.now() / 1000 - 61);
  await writeFile(join(directory, "a.iso"), "");
  const alive = await tryLock(join(directory, "alive.lock"));

  expect([...(await removeDeadLocks(directory))].sort()).toEqual(
    ["iso.lock.0f0f", old, "port/port-1.lock"].map((name) => join(directory, name)).sort(),
  );
  expect((await readdir(directory)).sort()).toEqual(["a.iso", "alive.lock", fresh, "packer.lock", "port"]);
  await alive?.release();
  expect(await removeDeadLocks(join(directory, "missing"))).toEqual([]);
});
