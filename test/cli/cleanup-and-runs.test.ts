import { readdir, readFile, writeFile } from "node:fs/promises";
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
    expect(stdout).toContain("died  t.pkr.hcl");
    expect(stdout).toContain(`left: file ${place.directory}/out/a`);
    expect(stdout).toContain(`remove it with: imgbuild cleanup -run ${place.runId}`);
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
