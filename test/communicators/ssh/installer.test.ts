import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import { askGuest } from "../../../src/steps/guest-command.ts";
import { refusalLimit } from "../../../src/steps/connect.ts";
import { communicatorConfig, connectTo } from "../../helper/guest-connection.ts";
import { needs } from "../../helper/need.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { createSshd } from "../../helper/sshd.ts";
import { createTcpProxy } from "../../helper/tcp-proxy.ts";

const it = needs("sshd", "openssh-server");
const signal = new AbortController().signal;

describe("a machine whose installer runs an SSH server of its own (SSH-07)", () => {
  it("is ready when a login outlives a second, not when the installer lets us in and restarts", async () => {
    const server = await createSshd();
    const run = await createRecordingRun();
    let connected = false;
    const proxy = await createTcpProxy({ target: server.port });
    const options = { installsItself: true, port: proxy.port };
    const connecting = connectTo(run, server, {}, options).then((communicator) => {
      connected = true;
      return communicator;
    });
    while (!server.log().includes("Accepted publickey")) await sleep(5);
    // A moment later, when its first command has run as well.
    await sleep(300);
    proxy.reset();
    await server.stop();
    expect(connected).toBe(false);
    // The installed system has another host key.
    await server.start({ newHostKey: true });
    const communicator = await connecting;
    expect((await askGuest(communicator, "echo installed", { signal })).stdout).toBe("installed\n");
    expect(server.log().match(/Accepted publickey/g)!.length).toBeGreaterThanOrEqual(2);
  });

  it("may be refused by the installer's server and let in by the installed one", async () => {
    const server = await createSshd({ config: ["AuthorizedKeysFile none"] });
    const run = await createRecordingRun();
    const connecting = connectTo(run, server, { ssh_timeout: "1m" }, { installsItself: true });
    while (!run.said().some((text) => text.includes("refused the key"))) await sleep(20);
    await server.stop();
    const file = join(server.directory, "sshd_config");
    await writeFile(file, (await readFile(file, "utf8")).replace("AuthorizedKeysFile none\n", ""));
    await server.start({ newHostKey: true });
    const communicator = await connecting;
    expect((await askGuest(communicator, "echo installed", { signal })).stdout).toBe("installed\n");
  });

  it("limits refusals only where the user says so, or where nothing is installed", () => {
    const limit = (args: Readonly<Record<string, unknown>>, installsItself: boolean) =>
      refusalLimit({ config: communicatorConfig(args), installsItself }).count;
    expect(limit({ ssh_timeout: "20m" }, true)).toBe(Infinity);
    expect(limit({ ssh_timeout: "20m", ssh_handshake_attempts: 7 }, true)).toBe(7);
    expect(limit({}, true)).toBe(10);
    expect(limit({ ssh_timeout: "20m" }, false)).toBe(5);
  });
});
