import { describe, expect } from "vitest";
import { connectTo } from "../../helper/guest-connection.ts";
import { needs } from "../../helper/need.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { createSshd } from "../../helper/sshd.ts";
import { askGuest } from "../../../src/steps/guest-command.ts";

const it = needs("sshd", "openssh-server");
const signal = new AbortController().signal;

async function guest(args: Readonly<Record<string, unknown>> = {}) {
  return connectTo(await createRecordingRun(), await createSshd(), args);
}

describe("exec on a real sshd", () => {
  it("gives the exit code and both streams", async () => {
    const answer = await askGuest(await guest(), "echo out; echo err >&2; exit 7", { signal });
    expect(answer).toEqual({ result: { kind: "exit", code: 7 }, stdout: "out\n", stderr: "err\n" });
  });

  it("says which signal killed a command (SSH-17)", async () => {
    const { result } = await askGuest(await guest(), "kill -KILL $$", { signal });
    expect(result).toEqual({ kind: "signal", signal: "SIGKILL" });
  });

  it("hands standard input over and ends it", async () => {
    const { stdout } = await askGuest(await guest(), "cat; echo done", { signal, stdin: "some\ninput " });
    expect(stdout).toBe("some\ninput done\n");
  });

  it("gives a terminal where asked for, and none otherwise", async () => {
    const communicator = await guest();
    const size = await askGuest(communicator, "tty >/dev/null && echo $TERM $(stty size)", { signal, pty: true });
    expect(size.stdout.trim()).toBe("xterm 40 80");
    expect((await askGuest(communicator, "tty", { signal })).stdout.trim()).toBe("not a tty");
  });
});
