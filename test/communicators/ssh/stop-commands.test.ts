import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, vi } from "vitest";
import { provisioner as file } from "../../../src/plugins/packer/provisioners/file/file.ts";
import { provisioner } from "../../../src/plugins/packer/provisioners/shell/shell.ts";
import { askGuest } from "../../../src/steps/guest-command.ts";
import { createDropbear } from "../../helper/dropbear.ts";
import { connectTo } from "../../helper/guest-connection.ts";
import { needs, needsRoot } from "../../helper/need.ts";
import { provisionWith } from "../../helper/provision.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { createSshd } from "../../helper/sshd.ts";

const servers = {
  "OpenSSH, as whoever runs the tests": { it: needs("sshd", "openssh-server"), create: () => createSshd() },
  "OpenSSH, as an ordinary user": {
    it: needsRoot("sshd", "openssh-server"),
    create: () => createSshd({ ordinaryUser: true }),
  },
  "dropbear with busybox": {
    it: needsRoot("dropbear", "dropbear-bin"),
    create: () => createDropbear({ tools: ["tar"] }),
  },
};

const here = { timeout: 10_000, interval: 20 };

/** Process ids that the commands wrote to files of these names. */
async function written(directory: string, names: readonly string[]): Promise<readonly number[]> {
  return vi.waitFor(async () => {
    const ids = await Promise.all(names.map(async (name) => Number(await readFile(join(directory, name), "utf8"))));
    if (ids.some((id) => id === 0)) throw new Error("not written yet");
    return ids;
  }, here);
}

/** One that has ended and that nobody has asked about (a zombie) runs no more. */
async function stillRunning(ids: readonly number[]): Promise<readonly number[]> {
  const states = await Promise.all(ids.map((id) => readFile(`/proc/${id}/stat`, "utf8").catch(() => ") Z")));
  return ids.filter((_, index) => !/\) [ZX]/.test(states[index]!));
}

describe.each(Object.entries(servers))("cancelling what runs in the machine: %s", (_name, { it, create }) => {
  async function guest(args: Readonly<Record<string, unknown>> = {}) {
    const [run, server] = [await createRecordingRun(), await create()];
    const communicator = await connectTo(run, server, args);
    // In the home, where an ordinary user may write.
    const there = join(server.directory, "home/there");
    await askGuest(communicator, `mkdir ${there}`, { signal: run.signal });
    return { run, server, communicator, there };
  }

  it.each([{}, { ssh_pty: true }])("ends a script and all its children, and takes back its files %o", async (args) => {
    const { run, communicator, there } = await guest(args);
    const inline = [
      `(echo $$ >${there}/script; sh -c 'echo $$ >${there}/child; sleep 300' & wait) & sleep 300; echo never >${there}/on`,
    ];
    const running = provisionWith(provisioner, { inline, remote_folder: there }, run, communicator);
    const refused = expect(running).rejects.toThrow("interrupted");
    const ids = await written(there, ["script", "child"]);
    const started = performance.now();
    run.cancel(new Error("interrupted"));
    await refused;
    expect(performance.now() - started).toBeLessThan(5000);
    expect(await stillRunning(ids)).toEqual([]);
    expect((await readdir(there)).sort()).toEqual(["child", "script"]);
  });

  // On a busy machine the tidy one may not get a processor before those that are left are killed.
  it("ends one that ignores signals, within five seconds, and lets others clean up", { retry: 2 }, async () => {
    const { run, communicator, there } = await guest();
    const inline = [
      `sh -c 'trap "" TERM HUP INT; echo $$ >${there}/deaf; while :; do sleep 0.2; done' &`,
      `sh -c 'trap "echo tidied >${there}/tidy; exit" TERM; echo $$ >${there}/tame; while :; do sleep 0.2; done' &`,
      `wait`,
    ];
    const running = provisionWith(provisioner, { inline, remote_folder: there }, run, communicator);
    const refused = expect(running).rejects.toThrow("interrupted");
    const ids = await written(there, ["deaf", "tame"]);
    const started = performance.now();
    run.cancel(new Error("interrupted"));
    await refused;
    expect(performance.now() - started).toBeLessThan(5000);
    expect(await stillRunning(ids)).toEqual([]);
    expect((await readdir(there)).sort()).toEqual(["deaf", "tame", "tidy"]);
  });

  it("leaves a daemon alone that an earlier command started", async () => {
    const { run, communicator, there } = await guest();
    const { signal } = run;
    const daemon = `trap '' HUP; sh -c 'echo $$ >${there}/daemon; exec sleep 60' >/dev/null 2>&1 </dev/null &`;
    await askGuest(communicator, daemon, { signal });
    const [running] = await written(there, ["daemon"]);
    const cancelled = new AbortController();
    const asked = askGuest(communicator, `echo $$ >${there}/asked; sleep 300`, { signal: cancelled.signal });
    const refused = expect(asked).rejects.toThrow("enough");
    const asking = await written(there, ["asked"]);
    cancelled.abort(new Error("enough"));
    await refused;
    expect(await stillRunning([running!, ...asking])).toEqual([running]);
    process.kill(running!);
    // The connection is as good as before.
    expect((await askGuest(communicator, "echo next", { signal })).stdout).toBe("next\n");
  });

  it("ends a command that is silent for longer than ssh_read_write_timeout", async () => {
    const { run, communicator, there } = await guest({ ssh_read_write_timeout: "500ms" });
    const asked = askGuest(communicator, `echo $$ >${there}/silent; sleep 300`, { signal: run.signal });
    const ids = await written(there, ["silent"]);
    expect((await asked).result).toEqual({
      kind: "disconnect",
      reason: expect.stringContaining("ssh_read_write_timeout"),
    });
    expect(await stillRunning(ids)).toEqual([]);
  });

  it("leaves no part of an upload behind", async () => {
    const { communicator, there } = await guest();
    const cancelled = new AbortController();
    const upload = communicator.upload(Readable.from(slowly()), `${there}/file`, { signal: cancelled.signal });
    const refused = expect(upload).rejects.toThrow("enough");
    await vi.waitFor(async () => expect(await readdir(there)).toHaveLength(1), here);
    cancelled.abort(new Error("enough"));
    await refused;
    expect(await readdir(there)).toEqual([]);
  });

  it("leaves nothing behind of a file that was to be put in place for another owner", async () => {
    const { run, communicator, there } = await guest();
    const become = `echo "$@" >${there}/asked.new; mv ${there}/asked.new ${there}/asked; sleep 300`;
    await askGuest(communicator, `printf '#!/bin/sh\n%s\n' '${become}' >${there}/become; chmod +x ${there}/become`, {
      signal: run.signal,
    });
    const args = { content: "x", destination: `${there}/file`, become: true, become_command: `${there}/become` };
    const refused = expect(provisionWith(file, args, run, communicator)).rejects.toThrow("interrupted");
    const asked = await vi.waitFor(() => readFile(join(there, "asked"), "utf8"), here);
    const [staging] = /\/tmp\/imgbuild-[0-9a-f]{16}/.exec(asked)!;
    expect(existsSync(staging)).toBe(true);
    run.cancel(new Error("interrupted"));
    await refused;
    expect(existsSync(staging)).toBe(false);
    expect((await readdir(there)).sort()).toEqual(["asked", "become"]);
  });

  it("takes back the environment file of a script that was still being uploaded", async () => {
    const { run, communicator, there } = await guest({ ssh_pty: true });
    // Nobody reads it, so the upload waits.
    execFileSync("mkfifo", ["-m", "666", join(there, "script")]);
    const args = { inline: ["true"], env: { SECRET: "x" }, remote_folder: there, remote_path: `${there}/script` };
    const refused = expect(provisionWith(provisioner, args, run, communicator)).rejects.toThrow("interrupted");
    await vi.waitFor(
      async () => expect((await readdir(there)).join()).toMatch(/varfile.*imgbuild|imgbuild.*varfile/),
      here,
    );
    run.cancel(new Error("interrupted"));
    await refused;
    expect(await readdir(there)).toEqual([]);
  });
});

async function* slowly() {
  for (;;) {
    yield Buffer.alloc(1000);
    await sleep(50);
  }
}
