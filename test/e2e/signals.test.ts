import { spawn } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { outstandingIn } from "../../src/core/journal/journal-line.ts";
import { createWorkplace, imgbuildPath, type Workplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

/** A file, then a provisioner on the host that runs `script` (it says "provisioning" when it begins). */
async function workplaceWith(
  script: string,
  provisionerArguments = "",
): Promise<Workplace & { readonly temporary: string }> {
  const temporary = await temporaryDirectory();
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
