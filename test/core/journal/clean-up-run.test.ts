import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { listRuns } from "../../../src/core/journal/list-runs.ts";
import { openRun } from "../../../src/core/journal/open-run.ts";
import { sweepDeadRuns } from "../../../src/core/journal/sweep-dead-runs.ts";
import { createOwnedDirectory, MARKER_FILE } from "../../../src/owned/owned-directory.ts";
import { createOwnedFile } from "../../../src/owned/owned-file.ts";
import { ownProcess } from "../../../src/owned/owned-process.ts";
import { createDyingRun, fileRun } from "../../helper/dying-run.ts";
import { testHost } from "../../helper/test-host.ts";

describe("cleanUpRun", () => {
  it("removes what a dead run owned, last made first, and then the run is over", async () => {
    const { directory, run, step, die, cleanUp, host } = await createDyingRun();
    const out = join(directory, "out");
    await createOwnedDirectory(run, step, out);
    await writeFile(join(out, "disk.img"), "data");
    const file = await createOwnedFile(fileRun(run), step, join(directory, "box"));
    await file.handle.writeFile("half");
    await file.handle.close();
    await die();
    expect((await listRuns(host))[0]).toMatchObject({ state: "died" });
    expect(await cleanUp()).toEqual([
      `file ${directory}/box: removed`,
      `directory ${out}: removed`,
      `directory ${run.tempDirectory}: removed`,
    ]);
    expect(await readdir(directory)).toEqual(["state"]);
    expect((await listRuns(host))[0]).toMatchObject({ state: "cancelled", outstanding: [] });
    expect(await cleanUp()).toEqual([]);
  });

  it("touches nothing of a run that lives", async () => {
    const { directory, run, step, cleanUp } = await createDyingRun();
    await createOwnedDirectory(run, step, join(directory, "out"));
    expect(await cleanUp()).toBe("live");
    expect(await stat(join(directory, "out"))).toBeDefined();
  });

  it("changes nothing when it only says what it would do", async () => {
    const { directory, run, step, die, cleanUp } = await createDyingRun();
    await createOwnedDirectory(run, step, join(directory, "out"));
    await die();
    const found = await cleanUp(true);
    expect(found).toEqual([`directory ${directory}/out: removed`, `directory ${run.tempDirectory}: removed`]);
    expect((await stat(join(directory, "out"))).isDirectory()).toBe(true);
    expect(await cleanUp(true)).toEqual(found);
  });

  it("leaves a directory alone that somebody else put there", async () => {
    const { directory, run, step, die, cleanUp } = await createDyingRun();
    const out = join(directory, "out");
    await createOwnedDirectory(run, step, out);
    await rename(out, join(directory, "moved"));
    await mkdir(out);
    await writeFile(join(out, MARKER_FILE), randomUUID());
    await die();
    expect(await cleanUp()).toContain(`directory ${out}: not-ours`);
    expect(await readdir(out)).toEqual([MARKER_FILE]);
  });

  it("leaves alone what became the user's", async () => {
    const { directory, run, step, die, cleanUp } = await createDyingRun();
    await (await createOwnedDirectory(run, step, join(directory, "out"))).keep();
    const file = await createOwnedFile(fileRun(run), step, join(directory, "box"));
    await file.keep();
    await die();
    expect(await cleanUp()).toEqual([`directory ${run.tempDirectory}: removed`]);
    expect((await readdir(directory)).sort()).toEqual(["box", "out", "state"]);
    expect(await readdir(join(directory, "out"))).toEqual([]);
  });

  it("removes a finished file that was not kept, but not another one under its name", async () => {
    const { directory, run, step, die, cleanUp } = await createDyingRun();
    const [ours, replaced] = [join(directory, "ours"), join(directory, "replaced")];
    for (const path of [ours, replaced]) await (await createOwnedFile(fileRun(run), step, path)).commit();
    await writeFile(join(directory, "theirs"), "precious");
    await rename(join(directory, "theirs"), replaced);
    await die();
    expect(await cleanUp()).toEqual([
      `file ${replaced} (complete, of a build that did not end): not-ours`,
      `file ${ours} (complete, of a build that did not end): removed`,
      `directory ${run.tempDirectory}: removed`,
    ]);
    expect(await readFile(replaced, "utf8")).toBe("precious");
  });

  it("leaves a file alone that was there before the run wrote its own", async () => {
    const { directory, run, step, die, cleanUp } = await createDyingRun();
    const path = join(directory, "manifest.json");
    await writeFile(path, "precious");
    await (await createOwnedFile(fileRun(run), step, path)).handle.close();
    await die();
    expect(await cleanUp()).toContain(`file ${path}: removed`);
    expect(await readFile(path, "utf8")).toBe("precious");
  });

  it("follows no link out of a directory it removes", async () => {
    const { directory, run, step, die, cleanUp } = await createDyingRun();
    await mkdir(join(directory, "theirs"));
    await writeFile(join(directory, "theirs/precious"), "x");
    await createOwnedDirectory(run, step, join(directory, "out"));
    await symlink(join(directory, "theirs"), join(directory, "out/link"));
    await die();
    await cleanUp();
    expect(await readdir(join(directory, "theirs"))).toEqual(["precious"]);
  });

  it("ends a process by its mark, also one whose pid never reached the journal, and no other", async () => {
    const { run, step, die, cleanUp } = await createDyingRun();
    const program = process.execPath;
    const start = (mark: string) => {
      const child = spawn(program, ["-e", "setTimeout(() => {}, 60_000)", mark], { detached: true, stdio: "ignore" });
      const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      onTestFinished(() => void child.kill("SIGKILL"));
      return { pid: child.pid!, ended };
    };
    const [known, unknown] = [`mark-a-${run.runId}`, `mark-b-${run.runId}`];
    const owned = await ownProcess(step, { mark: known, program, undo: () => Promise.resolve() });
    await ownProcess(step, { mark: unknown, program, undo: () => Promise.resolve() });
    const ours = [start(known), start(unknown)];
    const stranger = start(`mark-c-${run.runId}`);
    await owned.started(ours[0]!.pid);
    await die();
    expect(await cleanUp()).toEqual([
      `process ${program} marked ${unknown}: removed`,
      `process ${program} with pid ${ours[0]!.pid}: removed`,
      `directory ${run.tempDirectory}: removed`,
    ]);
    await Promise.all(ours.map(({ ended }) => ended));
    expect(() => process.kill(stranger.pid, 0)).not.toThrow();
  });

  it("keeps in the journal what it cannot remove", async () => {
    const { run, die, cleanUp, host } = await createDyingRun();
    await run.journal.record({ kind: "moon-base", id: "alpha" });
    await die();
    expect(await cleanUp()).toEqual(["moon-base alpha: failed", `directory ${run.tempDirectory}: removed`]);
    expect((await listRuns(host))[0]).toMatchObject({
      state: "died",
      outstanding: [{ kind: "moon-base", id: "alpha" }],
    });
  });
});

describe("createOwnedDirectory", () => {
  it("refuses a directory that is there, and leaves it alone", async () => {
    const { directory, run, step } = await createDyingRun();
    await mkdir(join(directory, "out"));
    await expect(createOwnedDirectory(run, step, join(directory, "out"))).rejects.toThrow("exists already");
    expect(await readdir(join(directory, "out"))).toEqual([]);
  });
});

describe("openRun", () => {
  it("makes its temporary directory private, and removes it in the end", async () => {
    const { run, host } = await createDyingRun();
    expect((await stat(run.tempDirectory)).mode & 0o777).toBe(0o700);
    expect((await stat(run.directory)).mode & 0o777).toBe(0o700);
    expect((await listRuns(host))[0]).toMatchObject({ state: "running" });
    await run.finish({
      outcome: "succeeded",
      builds: [{ name: "file.a", outcome: "succeeded", artifacts: [], leftovers: [] }],
    });
    await expect(stat(run.tempDirectory)).rejects.toThrow("ENOENT");
    expect((await readdir(run.directory)).sort()).toEqual(["journal.jsonl", "logs", "run.json"]);
    expect((await listRuns(host))[0]).toMatchObject({ state: "succeeded", outstanding: [] });
  });

  it("says what to do where the state directory cannot be made", async () => {
    const host = testHost("/", { IMGBUILD_STATE_DIR: "/dev/null/state" });
    await expect(openRun(host, { runId: randomUUID(), template: "t", builds: [] })).rejects.toMatchObject({
      hint: expect.stringContaining("IMGBUILD_STATE_DIR") as string,
    });
  });
});

describe("sweepDeadRuns", () => {
  it("removes the temporary directories of dead runs and names those that left more", async () => {
    const { directory, run, step, die, host } = await createDyingRun();
    await writeFile(join(run.tempDirectory, "secret"), "x");
    await createOwnedDirectory(run, step, join(directory, "out"));
    const signal = new AbortController().signal;
    expect(await sweepDeadRuns(host, signal)).toEqual([]);
    await die();
    expect(await sweepDeadRuns(host, signal)).toEqual([run.runId]);
    expect((await readdir(directory)).sort()).toEqual(["out", "state"]);
  });
});
