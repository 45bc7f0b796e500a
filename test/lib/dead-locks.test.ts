import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
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
  await writeFile(join(directory, "a.iso"), "");
  const alive = await tryLock(join(directory, "alive.lock"));

  expect([...(await removeDeadLocks(directory))].sort()).toEqual(
    ["iso.lock.0f0f", "port/port-1.lock"].map((name) => join(directory, name)),
  );
  expect((await readdir(directory)).sort()).toEqual(["a.iso", "alive.lock", "packer.lock", "port"]);
  await alive?.release();
  expect(await removeDeadLocks(join(directory, "missing"))).toEqual([]);
});
