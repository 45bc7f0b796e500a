import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import { provisioner } from "../../../../src/plugins/packer/provisioners/reboot.ts";
import { connectTo } from "../../../helper/guest-connection.ts";
import { needs } from "../../../helper/need.ts";
import { provisionWith } from "../../../helper/provision.ts";
import { createRecordingRun } from "../../../helper/recording-run.ts";
import { createSshd } from "../../../helper/sshd.ts";

const it = needs("sshd", "openssh-server");

/** A server that "boots": its boot id is a file, and the test restarts it when a mark appears. */
async function bootable() {
  const run = await createRecordingRun();
  const server = await createSshd();
  const [id, mark] = [join(server.directory, "boot_id"), join(server.directory, "restart")];
  await writeFile(id, "first");
  const communicator = await connectTo(run, server);
  const args = { boot_id_command: `cat ${id}`, command: `touch ${mark}` };
  const whenAsked = async (restart: () => Promise<void>) => {
    while (!(await readFile(mark).catch(() => undefined))) await sleep(20);
    await rm(mark);
    await restart();
  };
  return { run, server, id, communicator, args, whenAsked };
}

describe("the reboot provisioner (SSH-05)", () => {
  it("waits until another boot lets it in, and goes on with it", async () => {
    const { run, server, id, communicator, args, whenAsked } = await bootable();
    const restarting = whenAsked(async () => {
      // Still the old boot for a moment, then away, then back.
      await sleep(700);
      await server.stop();
      await writeFile(id, "second");
      await sleep(700);
      await server.start();
    });
    await provisionWith(provisioner, args, run, communicator);
    await restarting;
    expect(run.said().at(-1)).toMatch(/^The machine is back after/);
  });

  it("gives up at its timeout where nothing restarts", async () => {
    const { run, communicator, args } = await bootable();
    await expect(provisionWith(provisioner, { ...args, timeout: "1500ms" }, run, communicator)).rejects.toMatchObject({
      message: expect.stringMatching(/did not restart within .*: it did not come back as another boot/),
    });
  });

  it("says so when the machine refuses to restart", async () => {
    const { run, communicator, args } = await bootable();
    const refused = provisionWith(provisioner, { ...args, command: "echo not allowed >&2; exit 1" }, run, communicator);
    await expect(refused).rejects.toThrow("failed with exit status 1: not allowed");
  });
});
