import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";

const template = `
source "file" "a" {
  target  = "out/a"
  content = "hello"
}
build {
  sources = ["file.a"]
  provisioner "shell-local" {
    inline = ["echo provisioning; sleep 60"]
  }
}
`;

interface Listed {
  readonly runId: string;
  readonly state: string;
  readonly leftovers: readonly { readonly description: string }[];
}

/** A run that was killed while it provisioned, and what it listed. */
async function workplaceWithDeadRun(): Promise<Workplace & { readonly runId: string }> {
  const place = await createWorkplace();
  await writeFile(join(place.directory, "t.pkr.hcl"), template);
  const build = place.start("build", "t.pkr.hcl");
  await build.until("provisioning");
  build.child.kill("SIGKILL");
  await build.finished.catch(() => {});
  const [run] = await listed(place);
  return { ...place, runId: run!.runId };
}

async function listed(place: Workplace): Promise<Listed[]> {
  const { stdout } = await place.run("runs", "-json");
  return stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Listed]));
}

describe("imgbuild runs", () => {
  it("lists a run that died, what it left, and the command that removes it", async () => {
    const place = await workplaceWithDeadRun();
    expect(await listed(place)).toMatchObject([{ state: "died", template: "t.pkr.hcl" }]);
    const { stdout } = await place.run("runs");
    expect(stdout).toContain("died  ~/t.pkr.hcl");
    expect(stdout).toContain(`left: file ${place.directory}/out/a`);
    expect(stdout).toContain(`remove it with: imgbuild cleanup -run ${place.runId.slice(0, 8)}\n`);
  });

  const quick = (name: string) =>
    `source "file" "${name}" {\n  target  = "out/${name}"\n  content = "hello"\n}\nbuild {\n  sources = ["file.${name}"]\n  provisioner "shell-local" {\n    inline = ["echo said by ${name}"]\n  }\n}\n`;

  async function workplaceWithTwoRuns(): Promise<Workplace> {
    const place = await createWorkplace();
    for (const name of ["first", "second"]) {
      await mkdir(join(place.directory, name));
      await writeFile(join(place.directory, name, "t.pkr.hcl"), quick(name));
      expect((await place.run("build", name)).code).toBe(0);
    }
    return place;
  }

  it("lists the latest first, by short ids, with the place of the template", async () => {
    const place = await workplaceWithTwoRuns();
    const runs = await listed(place);
    const { stdout } = await place.run("runs");
    const headings = stdout.split("\n").filter((line) => /^[0-9a-f]{8} /.test(line));
    expect(headings.map((line) => line.split("  ")[0])).toEqual(runs.map(({ runId }) => runId.slice(0, 8)));
    expect(headings.map((line) => line.split("  ").at(-1))).toEqual(["~/second", "~/first"]);
    expect(stdout).not.toContain("log  ");
    expect((await place.run("runs", "-n", "1")).stdout).toMatch(/file\.second[^]*\n1 older: imgbuild runs -all\n$/);
    const { stdout: last } = await place.run("runs", "-last");
    expect(last).toContain("file.second: succeeded");
    expect(last).toContain("log       ");
    expect(last).not.toContain("file.first");
    expect(JSON.parse((await place.run("runs", "-json", "-last")).stdout)).toMatchObject({
      workingDirectory: place.directory,
    });
  });

  it("prints logs: of the last run, of one run, of one build", async () => {
    const place = await workplaceWithTwoRuns();
    const [, first] = await listed(place);
    expect((await place.run("runs", "log")).stdout).toContain("said by second");
    const { stdout } = await place.run("runs", "log", first!.runId.slice(0, 8), "file.first");
    expect(stdout).toContain("said by first");
    expect(await place.run("runs", "log", first!.runId, "file.firts")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('has no build "file.firts". Did you mean "file.first"?'),
    });
    expect(await place.run("runs", "lgo")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('runs has no action "lgo". Did you mean "log"?'),
    });
    expect(await place.run("runs", "-n=-1")).toMatchObject({ code: 2 });
  });

  it("forgets runs of long ago that left nothing, when another begins", async () => {
    const place = await workplaceWithTwoRuns();
    const [, first] = await listed(place);
    const directory = join(place.directory, "state", "runs", first!.runId);
    const record = JSON.parse(await readFile(join(directory, "run.json"), "utf8")) as object;
    const longAgo = Date.now() - 100 * 24 * 3_600_000;
    await writeFile(
      join(directory, "run.json"),
      JSON.stringify({ ...record, startedAt: longAgo, finishedAt: longAgo + 1000 }),
    );
    await utimes(directory, longAgo / 1000, longAgo / 1000);
    const keeping = async (time: string) => {
      const state = join(place.directory, "state");
      const other = await createWorkplace({ IMGBUILD_STATE_DIR: state, IMGBUILD_KEEP_RUNS: time });
      return other.run("build", join(place.directory, "second"));
    };
    expect((await keeping("never")).stdout).not.toContain("Forgot");
    expect(await keeping("soon")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('IMGBUILD_KEEP_RUNS is "soon"'),
    });
    expect((await place.run("build", "-force", "second")).stdout).toContain("Forgot 1 run of long ago");
    expect((await listed(place)).map(({ runId }) => runId)).not.toContain(first!.runId);
  });

  it("says that none are recorded", async () => {
    const place = await createWorkplace();
    expect(await place.run("runs")).toMatchObject({ code: 0, stdout: "No runs are recorded.\n" });
  });
});

describe("imgbuild cleanup", () => {
  it("says with -dry-run what it would remove, and removes it without", async () => {
    const place = await workplaceWithDeadRun();
    const dry = await place.run("cleanup", "-dry-run");
    expect(dry.code).toBe(0);
    expect(dry.stdout).toContain(`Would remove file ${place.directory}/out/a (complete, of a build that did not end).`);
    expect(await readdir(join(place.directory, "out"))).toEqual(["a"]);
    const done = await place.run("cleanup", "-run", place.runId.slice(0, 8));
    expect(done).toMatchObject({ code: 0 });
    expect(done.stdout).toContain(`Removed file ${place.directory}/out/a (complete, of a build that did not end).`);
    expect(await readdir(place.directory)).not.toContain("out");
    expect(await listed(place)).toMatchObject([{ state: "cancelled", leftovers: [] }]);
    expect((await place.run("cleanup")).stdout).toBe("Nothing is left behind.\n");
  });

  it("prints one JSON object for each thing with -json", async () => {
    const place = await workplaceWithDeadRun();
    const { stdout } = await place.run("cleanup", "-json");
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(lines).toContainEqual({
      runId: place.runId,
      kind: "file",
      id: `${place.directory}/out/a`,
      description: `file ${place.directory}/out/a (complete, of a build that did not end)`,
      outcome: "removed",
      manualCommand: `rm -- '${place.directory}/out/a'`,
      dryRun: false,
    });
  });

  it("leaves a run alone that is still going", async () => {
    const place = await createWorkplace();
    await writeFile(join(place.directory, "t.pkr.hcl"), template);
    const build = place.start("build", "t.pkr.hcl");
    await build.until("provisioning");
    const [run] = await listed(place);
    expect(run).toMatchObject({ state: "running" });
    const { stdout } = await place.run("cleanup", "-run", run!.runId);
    expect(stdout).toBe(`Run ${run!.runId} is still going: it is left alone.\nNothing is left behind.\n`);
    expect(await readdir(join(place.directory, "out"))).toEqual(["a"]);
    build.child.kill("SIGTERM");
    expect((await build.finished).code).toBe(143);
  });

  it("forgets with -expired what ended long ago, and not what left something", async () => {
    const place = await workplaceWithDeadRun();
    expect((await place.run("cleanup", "-dry-run", "-expired", "-keep", "0s")).stdout).not.toContain("forget");
    const done = await place.run("cleanup", "-expired", "-keep", "0s");
    expect(done.stdout).toContain(`Forgot run ${place.runId} of t.pkr.hcl.`);
    expect(await listed(place)).toEqual([]);
  });

  it.each([
    [["-run", "nonsense"], 'There is no run "nonsense"'],
    [["-expired", "-keep", "soon"], '-keep: "soon" is not a duration'],
  ])("refuses %j with exit code 2", async (args, message) => {
    const place = await createWorkplace();
    const done = await place.run("cleanup", ...args);
    expect(done.code).toBe(2);
    expect(done.stdout + done.stderr).toContain(message);
  });
});

describe("a program that a killed run left running", () => {
  it("is ended by cleanup, known by the id of the run in its environment", async () => {
    const place = await workplaceWithDeadRun();
    expect(await processesOf(place.runId)).not.toEqual([]);
    const { stdout } = await place.run("cleanup");
    expect(stdout).toContain("Removed programs that the run started.");
    expect(await processesOf(place.runId)).toEqual([]);
  });
});

async function processesOf(runId: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, "utf8").catch(() => "")));
  return pids.filter((_, index) => environments[index]!.includes(`PACKER_RUN_UUID=${runId}`));
}

describe("the next build", () => {
  it("names a run that died, ends its programs and removes the temporary files it left", async () => {
    const place = await workplaceWithDeadRun();
    expect(await processesOf(place.runId)).not.toEqual([]);
    expect(await readdir(place.temporary)).toHaveLength(1);
    await writeFile(
      join(place.directory, "next.pkr.hcl"),
      'source "file" "b" {\n  target = "b"\n  content = "b"\n}\nbuild {\n  sources = ["file.b"]\n}\n',
    );
    const next = await place.run("build", "next.pkr.hcl");
    expect(next.code).toBe(0);
    expect(next.stdout).toContain(`imgbuild cleanup -run ${place.runId}`);
    expect(await readdir(place.temporary)).toEqual([]);
    expect(await processesOf(place.runId)).toEqual([]);
  });
});
