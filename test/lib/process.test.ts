import { describe, expect, it } from "vitest";
import { identifyProcess, processState } from "../../src/lib/process-identity.ts";
import { CommandError, runChecked, runCommand, startCommand } from "../../src/lib/process.ts";

const env = { PATH: process.env["PATH"] };
const sh = (script: string): [string, string[]] => ["sh", ["-c", script]];

/** Where nobody collects orphans they stay as zombies: those count as dead. */
async function isAlive(pid: number): Promise<boolean> {
  const identity = await identifyProcess(pid);
  return identity !== undefined && (await processState(identity)) === "alive";
}

describe("runCommand", () => {
  it("gives exit code and both outputs", async () => {
    expect(await runCommand(...sh("echo out; echo err >&2; exit 3"), { env })).toEqual({
      code: 3,
      signal: undefined,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  it("passes arguments as they are, and nothing of our environment", async () => {
    const result = await runCommand("sh", ["-c", 'printf "%s|" "$@"; env', "sh", "a b", "$HOME", "*"], {
      env: { PATH: env.PATH, ONLY: "this" },
    });
    expect(result.stdout).toMatch(/^a b\|\$HOME\|\*\|/);
    expect(result.stdout).not.toContain("HOME=");
    expect(result.stdout).toContain("ONLY=this");
  });

  it("delivers lines one at a time, whatever the line ends, and holds the program back meanwhile", async () => {
    const lines: string[] = [];
    let running = 0;
    await runCommand(...sh("printf 'a\\r\\nb\\n\\nlast'; echo err >&2"), {
      env,
      onLine: async (line, stream) => {
        expect(running++).toBe(0);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running--;
        lines.push(`${stream}:${line}`);
      },
    });
    expect(lines.filter((line) => line.startsWith("stdout"))).toEqual([
      "stdout:a",
      "stdout:b",
      "stdout:",
      "stdout:last",
    ]);
    expect(lines).toContain("stderr:err");
  });

  it("keeps letters whole that arrive in two pieces", async () => {
    const lines: string[] = [];
    await runCommand(...sh("printf '\\303'; sleep 0.1; printf '\\274\\n'"), {
      env,
      onLine: (line) => void lines.push(line),
    });
    expect(lines).toEqual(["ü"]);
  });

  it("says what could not be started", async () => {
    const error: unknown = await runCommand("no-such-program", [], { env }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({ message: 'The program "no-such-program" was not found', code: "ENOENT" });
  });

  it.each([
    ["all ignore SIGTERM", "trap '' TERM; "],
    ["only what the program started ignores it", ""],
  ])("kills the whole group when aborted, where %s", async (_what, trap) => {
    const controller = new AbortController();
    let grandchild = 0;
    const running = runCommand(...sh(trap + "sh -c 'trap \"\" TERM; echo $$; sleep 60' & wait; sleep 60"), {
      env,
      signal: controller.signal,
      killAfterMs: 200,
      onLine: (line) => {
        grandchild = Number(line);
        controller.abort(new Error("interrupted"));
      },
    });
    await expect(running).rejects.toThrow("interrupted");
    await expect.poll(() => isAlive(grandchild)).toBe(false);
  });

  it("does not wait for what a program left behind once it is aborted", async () => {
    const controller = new AbortController();
    const running = runCommand(...sh("sleep 60 & echo left"), {
      env,
      signal: controller.signal,
      onLine: () => controller.abort(new Error("interrupted")),
    });
    await expect(running).rejects.toThrow("interrupted");
  });
});

describe("runChecked", () => {
  it("quotes the last lines of what the program said", async () => {
    await expect(runChecked(...sh("echo one >&2; echo two >&2; exit 1"), { env })).rejects.toThrow(
      "sh failed with exit code 1: one; two",
    );
    await expect(runChecked(...sh("kill -9 $$"), { env })).rejects.toThrow("sh failed with signal SIGKILL");
  });
});

describe("startCommand", () => {
  it("stops a running program, and does nothing when it has ended", async () => {
    const child = startCommand(...sh("sleep 60"), { env });
    await child.stop();
    expect(await child.finished).toMatchObject({ code: 143, signal: "SIGTERM" });
    await child.stop();
  });
});
