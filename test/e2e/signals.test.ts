import { execFileSync, spawn } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { outstandingIn } from "../../src/core/journal/journal-line.ts";
import { statusAtClosedTerminal } from "../helper/closed-terminal.ts";
import { createWorkplace, imgbuildPath, type Workplace } from "../helper/imgbuild.ts";
import { needs, needsRoot } from "../helper/need.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

/** A file, then a provisioner on the host that runs `script` (it says "provisioning" when it begins). */
async function workplaceWith(
  script: string,
  provisionerArguments = "",
): Promise<Workplace & { readonly temporary: string }> {
  const temporary = temporaryDirectory();
  const place = await createWorkplace({ TMPDIR: temporary });
  const template = `
    source "file" "a" {
      target  = "out/a"
      content = "hello"
    }
    build {
      sources = ["source.file.a"]
      provisioner "shell-local" {
        inline = [${JSON.stringify(script)}]
        ${provisionerArguments}
      }
    }`;
  await writeFile(join(place.directory, "t.pkr.hcl"), template);
  return { ...place, temporary };
}

async function expectNothingLeft(place: Workplace & { readonly temporary: string }): Promise<void> {
  expect(await readdir(place.temporary)).toEqual([]);
  expect((await readdir(place.directory)).filter((name) => name !== "state" && name !== "cache")).toEqual([
    "t.pkr.hcl",
  ]);
  for (const run of await readdir(join(place.directory, "state/runs"))) {
    expect(outstandingIn(await readFile(join(place.directory, "state/runs", run, "journal.jsonl"), "utf8"))).toEqual(
      [],
    );
  }
  expect(await processesWith(place.directory)).toEqual([]);
}

/** Command lines of processes that run in the directory (Linux). */
async function processesWith(directory: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const cwd = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      return cwd.includes(`HOME=${directory}\0`) ? readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "") : "";
    }),
  );
  return found.filter((line) => line !== "");
}

const SIGNALS = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const;

describe("the first signal", () => {
  it.each(SIGNALS)(
    "%s to the process: says what is removed, ends with %i within 5 s, leaves nothing",
    async (signal, code) => {
      const place = await workplaceWith("echo provisioning; sleep 60");
      const build = place.start("build", "t.pkr.hcl");
      await build.until("file.a: provisioning");
      const sent = performance.now();
      build.child.kill(signal);
      const ended = await build.finished;
      expect({ code: ended.code, output: build.output() }).toMatchObject({ code });
      expect(performance.now() - sent).toBeLessThan(5000);
      expect(build.output()).toContain(`==> ${signal} received.`);
      expect(build.output()).toContain("was cancelled after");
      await expectNothingLeft(place);
    },
  );

  it.each(SIGNALS)(
    "%s to the whole process group: the same, and children get theirs from us only",
    async (signal, code) => {
      const place = await workplaceWith("trap 'echo child got INT' INT; echo provisioning; sleep 60 & wait");
      const child = spawn(process.execPath, [imgbuildPath, "build", "t.pkr.hcl"], {
        cwd: place.directory,
        env: place.env,
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
      await expect.poll(() => output, { timeout: 20_000 }).toContain("file.a: provisioning");
      const sent = performance.now();
      process.kill(-child.pid!, signal);
      const ended = await new Promise<number | null>((resolve) => child.once("close", resolve));
      expect({ ended, output }).toMatchObject({ ended: code });
      expect(performance.now() - sent).toBeLessThan(5000);
      expect(output).not.toContain("child got INT");
      await expectNothingLeft(place);
    },
  );

  it("counts a Ctrl-C that a launcher passes on as one", async () => {
    const place = await workplaceWith("echo provisioning; sleep 60");
    const build = place.start("build", "t.pkr.hcl");
    await build.until("file.a: provisioning");
    build.child.kill("SIGINT");
    build.child.kill("SIGINT");
    expect((await build.finished).code).toBe(130);
    expect(build.output()).not.toContain("Not waiting any longer");
    await expectNothingLeft(place);
  });
});

describe("a closed terminal", () => {
  const atTerminal = needs("python3", "python3");
  const program = [process.execPath, imgbuildPath];

  atTerminal("ends a build with 129, after its clean-up (R-12)", async () => {
    const place = await workplaceWith("echo provisioning; sleep 60");
    const command = [...program, "build", "t.pkr.hcl"];
    expect(await statusAtClosedTerminal(place, "file.a: provisioning", command)).toBe(129);
    await expectNothingLeft(place);
  });

  atTerminal("ends a prompt with 129 (R-12)", async () => {
    const place = await workplaceWith("exit 0");
    expect(await statusAtClosedTerminal(place, "> ", [...program, "console"])).toBe(129);
  });
});

/** The shell itself, which leads its process group, does not end on SIGTERM: it takes three seconds to stop it. */
const deafToTerm = `execute_command = ["/bin/sh", "-c", "trap '' TERM; echo provisioning; while :; do sleep 1; done"]`;

describe("the second signal", () => {
  it("stops waiting for a clean-up that takes long, says what is left and what removes it; no secret file stays", async () => {
    const place = await workplaceWith("", deafToTerm);
    const build = place.start("build", "t.pkr.hcl");
    await build.until("file.a: provisioning");
    build.child.kill("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 500));
    const sent = performance.now();
    build.child.kill("SIGINT");
    const ended = await build.finished;
    expect({ code: ended.code, signal: ended.signal, output: build.output() }).toMatchObject({ code: 4 });
    expect(performance.now() - sent).toBeLessThan(4000);
    expect(build.output()).toMatch(
      /Not waiting any longer\. Left behind:\n {4}file .*out\/a\nRemove it with:\n {4}imgbuild cleanup -run [0-9a-f-]{36}/,
    );
    expect(await readdir(place.temporary)).toEqual([]);
    const cleanup = await place.run("cleanup");
    expect(cleanup).toMatchObject({ code: 0 });
    await expectNothingLeft(place);
  });

  it("may be followed by a third, which ends everything at once", async () => {
    const place = await workplaceWith("", deafToTerm);
    const build = place.start("build", "t.pkr.hcl");
    await build.until("file.a: provisioning");
    const sent = performance.now();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      build.child.kill(signal);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await build.finished).code).toBe(4);
    expect(performance.now() - sent).toBeLessThan(1500);
    expect((await place.run("cleanup")).code).toBe(0);
    await expectNothingLeft(place);
  });
});

/** The output is on a file system of its own, which the provisioner makes read-only: nothing can be removed any more. */
async function workplaceThatKeeps(then: string): Promise<{ readonly place: Workplace; readonly release: () => void }> {
  const place = await workplaceWith(`mount -o remount,ro out; ${then}`);
  const out = join(place.directory, "out");
  await mkdir(out);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", out]);
  onTestFinished(() => void execFileSync("umount", ["-l", out]));
  return { place, release: () => void execFileSync("mount", ["-o", "remount,rw", out]) };
}

describe("what cannot be removed", () => {
  const onRoot = needsRoot("mount", "mount");
  const lastBlock =
    /left {6}file .*out\/a\n[^]*could not be removed\. To try again:\n {4}imgbuild cleanup -run ([0-9a-f-]{36})/;

  onRoot("gives exit code 4 after a failed build, and the command that removes it", async () => {
    const { place, release } = await workplaceThatKeeps("exit 3");
    const failed = await place.run("build", "t.pkr.hcl");
    expect({ code: failed.code, said: failed.stdout }).toMatchObject({ code: 4 });
    const [, runId] = lastBlock.exec(failed.stdout + failed.stderr) ?? [];
    expect(runId, failed.stdout).toBeDefined();
    expect((await place.run("cleanup", "-run", runId!)).code).toBe(4);
    release();
    expect((await place.run("cleanup", "-run", runId!)).code).toBe(0);
    expect(await readdir(join(place.directory, "out"))).toEqual([]);
  });

  onRoot("gives exit code 4 after the first signal", async () => {
    const { place } = await workplaceThatKeeps("echo provisioning; sleep 60");
    const build = place.start("build", "t.pkr.hcl");
    await build.until("file.a: provisioning");
    build.child.kill("SIGINT");
    const ended = await build.finished;
    expect({ code: ended.code, said: build.output() }).toMatchObject({ code: 4 });
    expect(build.output()).toMatch(lastBlock);
  });

  onRoot("gives exit code 4 however -on-error is set, but for what it leaves", async () => {
    const { place, release } = await workplaceThatKeeps("exit 3");
    expect((await place.run("build", "-on-error=abort", "t.pkr.hcl")).code).toBe(1);
    release();
    await rm(join(place.directory, "out/a"));
    const build = place.start("build", "-on-error=abort", "t.pkr.hcl");
    expect((await build.finished).code).toBe(1);
  });
});

describe("a signal after the last step", () => {
  it("does not say that something was cancelled when nothing was, and the exit code is that of success", async () => {
    const place = await workplaceWith("echo provisioning");
    const undisturbed = await place.run("build", "t.pkr.hcl");
    expect(undisturbed.code).toBe(0);
    const [first] = await readdir(join(place.directory, "state/runs"));
    const journal = await readFile(join(place.directory, "state/runs", first!, "journal.jsonl"), "utf8");
    const lastPoint = 2 * journal.trimEnd().split("\n").length;
    const codes = new Set<number | null>();
    for (let point = lastPoint; point > lastPoint - 8; point--) {
      await rm(join(place.directory, "out"), { recursive: true, force: true });
      const late = await createWorkplace({ ...place.env, IMGBUILD_TEST_SIGNAL_AT: `${point}:INT` });
      await writeFile(join(late.directory, "t.pkr.hcl"), await readFile(join(place.directory, "t.pkr.hcl")));
      const ended = await late.run("build", "t.pkr.hcl");
      const said = ended.stdout + ended.stderr;
      const isBuilt = (await readdir(late.directory)).includes("out");
      codes.add(ended.code);
      expect({ point, code: ended.code, isBuilt, said }).toMatchObject({ code: isBuilt ? 0 : 130 });
      expect(said.includes("came too late to cancel anything: what was built is kept."), said).toBe(isBuilt);
      expect(said.includes("was cancelled after"), said).toBe(!isBuilt);
    }
    expect(codes).toEqual(new Set([0, 130]));
  });
});

describe("a reader that goes away", () => {
  it("neither kills the run nor leaks (stdout closed after the first line)", async () => {
    const place = await workplaceWith("for i in 1 2 3 4 5 6 7 8 9; do echo line $i; sleep 0.05; done");
    const child = spawn(process.execPath, [imgbuildPath, "build", "t.pkr.hcl"], {
      cwd: place.directory,
      env: place.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.once("data", () => child.stdout.destroy());
    child.stderr.destroy();
    const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
    expect(code).toBe(0);
    expect(await readFile(join(place.directory, "out/a"), "utf8")).toBe("hello");
    expect(await readdir(place.temporary)).toEqual([]);
    const { stdout } = await place.run("runs");
    expect(stdout).toContain("succeeded");
  });

  it("is cancelled in time although nobody reads what it prints", async () => {
    const place = await workplaceWith("while :; do echo 0123456789012345678901234567890123456789; done");
    const child = spawn(process.execPath, [imgbuildPath, "build", "t.pkr.hcl"], {
      cwd: place.directory,
      env: place.env,
      stdio: ["ignore", "pipe", "ignore"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const { residentBytes } = await memoryOf(child.pid!);
    const sent = performance.now();
    child.kill("SIGINT");
    const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
    expect(code).toBe(130);
    expect(performance.now() - sent).toBeLessThan(5000);
    expect(residentBytes).toBeLessThan(400 * 1024 * 1024);
    await expectNothingLeft(place);
  });

  needs("script", "bsdutils")("cleans up when its terminal is closed", async () => {
    const place = await workplaceWith("echo provisioning; sleep 60");
    const command = `${process.execPath} ${imgbuildPath} build t.pkr.hcl`;
    const terminal = spawn("script", ["-qfc", command, join(place.temporary, "typescript")], {
      cwd: place.directory,
      env: { ...place.env, SHELL: "/bin/sh" },
      stdio: ["pipe", "pipe", "ignore"],
    });
    let output = "";
    terminal.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
    await expect.poll(() => output, { timeout: 20_000 }).toContain("provisioning");
    terminal.kill("SIGKILL");
    await expect.poll(() => processesWith(place.directory), { timeout: 8000 }).toEqual([]);
    const { stdout } = await place.run("runs");
    expect(stdout).toContain("cancelled");
    expect((await place.run("cleanup")).stdout).toBe("Nothing is left behind.\n");
  });
});

async function memoryOf(pid: number): Promise<{ residentBytes: number }> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return { residentBytes: Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1024 };
}
