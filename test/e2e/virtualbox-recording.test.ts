import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, readlink, rename, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import type { HostEvent } from "../helper/fake-virtualbox/session.ts";
import { transcribe, type Answer } from "../helper/fake-virtualbox/transcript.ts";
import { freePort } from "../helper/free-port.ts";
import { needs } from "../helper/need.ts";
import { createVirtualBoxHome, type VirtualBoxHome } from "../helper/virtualbox.ts";

const withVirtualBox = needs("VBoxManage", "virtualbox");
const fixture = resolve("test/fixture/virtualbox/session.txt");

describe("the recorded answers that unit tests use", () => {
  withVirtualBox("are the answers of today's VBoxManage (IMGBUILD_RECORD=1 writes them)", async () => {
    const home = await createVirtualBoxHome();
    home.keepServer();
    const root = join(home.machineFolder, "..");
    const sshPort = await freePort();
    const transcript = await transcribe({
      root,
      sshPort,
      call: (args) => ask(home, args),
      happen: hostEvents(home, root, sshPort),
    });
    if (process.env["IMGBUILD_RECORD"] === "1") await writeFile(fixture, transcript);
    expect(transcript).toBe(await readFile(fixture, "utf8"));
  });
});

function ask(home: VirtualBoxHome, args: readonly string[]): Promise<Answer> {
  return new Promise((done) => {
    execFile("VBoxManage", args, { env: { ...process.env, ...home.env } }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

function hostEvents(home: VirtualBoxHome, root: string, port: number): (event: HostEvent) => Promise<string> {
  const servers: Server[] = [];
  const events: Readonly<Record<HostEvent, () => Promise<string>>> = {
    files: async () => {
      await mkdir(join(root, "out"));
      await writeFile(join(root, "x.iso"), Buffer.alloc(64 * 1024));
      await writeFile(join(root, "f.img"), Buffer.alloc(1_474_560));
      await writeFile(join(root, "key.der"), Buffer.alloc(600, 1));
      return "";
    },
    "port taken": async () => {
      const server = createServer();
      servers.push(server);
      await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
      return "";
    },
    "port free": async () => {
      for (const server of servers) await new Promise((closed) => server.close(closed));
      return "";
    },
    "let go": async () => {
      while (/^SessionName=/m.test((await ask(home, ["showvminfo", "beta", "--machinereadable"])).stdout)) {
        await sleep(50);
      }
      return "";
    },
    log: async () => {
      const log = await readFile(join(home.machineFolder, "beta", "Logs", "VBox.log"), "utf8");
      return log
        .split("\n")
        .filter((line) => line.includes("failed to set up redirection"))
        .join("\n");
    },
    "memory taken": async () => {
      const folder = join(home.machineFolder, "beta", "Snapshots");
      const memory = (await readdir(folder)).find((name) => name.endsWith(".sav"))!;
      await rename(join(folder, memory), join(root, "memory"));
      return "";
    },
    killed: async () => {
      process.kill(await processOf("beta", home), "SIGKILL");
      while (!(await ask(home, ["showvminfo", "beta", "--machinereadable"])).stdout.includes('VMState="aborted"')) {
        await sleep(50);
      }
      return "";
    },
  };
  return (event) => events[event]();
}

/** The process that runs a machine of this home; no machine of anybody else. */
async function processOf(name: string, home: VirtualBoxHome): Promise<number> {
  const { stdout } = await ask(home, ["showvminfo", name, "--machinereadable"]);
  const uuid = /^UUID="(.*)"$/m.exec(stdout)![1]!;
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const line = await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "");
    const program = await readlink(`/proc/${entry}/exe`).catch(() => "");
    if (line.includes(uuid) && /VBoxHeadless/.test(program + line)) return Number(entry);
  }
  throw new Error(`no process runs the machine "${name}"`);
}
