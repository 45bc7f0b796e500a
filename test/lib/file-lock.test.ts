import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { lock, tryLock, withLock } from "../../src/lib/file-lock.ts";
import { identifyProcess } from "../../src/lib/process-identity.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

const freshPath = () => join(temporaryDirectory(), "a.lock");

describe("tryLock", () => {
  it("gives the lock to one at a time and leaves no file behind", async () => {
    const path = freshPath();
    const held = await tryLock(path);
    expect(await tryLock(path)).toBeUndefined();
    await held!.release();
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });

  it("takes over the lock of a process that died", async () => {
    const path = freshPath();
    const child = spawn("sleep", ["60"]);
    const owner = await identifyProcess(child.pid);
    writeFileSync(path, JSON.stringify({ ...owner, token: "t" }));
    expect(await tryLock(path)).toBeUndefined();
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    const held = await tryLock(path);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: process.pid });
    await held!.release();
  });

  it("is not fooled by a later process with the same number", async () => {
    const path = freshPath();
    const self = await identifyProcess();
    writeFileSync(path, JSON.stringify({ ...self, startTime: "1", token: "t" }));
    expect(await tryLock(path)).toBeDefined();
  });

  it("believes a lock of another host as long as it is touched", async () => {
    const path = freshPath();
    writeFileSync(path, JSON.stringify({ pid: 1, scope: `not ${hostname()}`, token: "t" }));
    expect(await tryLock(path)).toBeUndefined();
    const longAgo = new Date(Date.now() - 120_000);
    utimesSync(path, longAgo, longAgo);
    expect(await tryLock(path)).toBeDefined();
  });

  it("takes over an unreadable lock", async () => {
    const path = freshPath();
    writeFileSync(path, "");
    expect(await tryLock(path)).toBeDefined();
  });
});

describe("lock", () => {
  it("waits, tells for how long, and can be cancelled", async () => {
    const path = freshPath();
    const held = await lock(path);
    const controller = new AbortController();
    let waits = 0;
    const waiting = lock(path, { pollMs: 5, signal: controller.signal, onWait: () => void (waits += 1) });
    await expect.poll(() => waits).toBeGreaterThan(2);
    controller.abort(new Error("interrupted"));
    await expect(waiting).rejects.toThrow("interrupted");
    await held.release();
  });

  it(
    "never lets two processes in at once, not even while dead owners' locks are taken over",
    { timeout: 60_000 },
    async () => {
      const path = freshPath();
      const log = `${path}.log`;
      writeFileSync(log, "");
      const program = `
      import { appendFileSync } from "node:fs";
      import { withLock } from ${JSON.stringify(join(process.cwd(), "src/lib/file-lock.ts"))};
      for (let i = 0; i < 150; i++) await withLock(${JSON.stringify(path)}, async () => {
        appendFileSync(${JSON.stringify(log)}, "in " + process.pid + "\\n");
        if (Math.random() < 0.005) process.exit(0);
        await new Promise((resolve) => setImmediate(resolve));
        appendFileSync(${JSON.stringify(log)}, "out " + process.pid + "\\n");
      }, { pollMs: 0 });`;
      const script = `${path}.mts`;
      writeFileSync(script, program);
      const children = Array.from({ length: 8 }, () => spawn("npx", ["tsx", script], { stdio: "ignore" }));
      onTestFinished(() => children.forEach((child) => child.kill()));
      await Promise.all(children.map((child) => new Promise((resolve) => child.once("exit", resolve))));
      const lines = readFileSync(log, "utf8").trim().split("\n");
      for (const [index, line] of lines.entries()) {
        const [what, pid] = line.split(" ");
        // Whoever follows "in" is the same process, unless that one died inside.
        if (what === "out") expect(lines[index - 1]).toBe(`in ${pid}`);
      }
      expect(execFileSync("ls", [join(path, "..")], { encoding: "utf8" })).not.toContain(".stale");
    },
  );
});

describe("withLock", () => {
  it("lets go when the body fails", async () => {
    const path = freshPath();
    await expect(withLock(path, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await tryLock(path)).toBeDefined();
  });
});
