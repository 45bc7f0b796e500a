import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, vi } from "vitest";
import { connectTo } from "../../helper/guest-connection.ts";
import { needs } from "../../helper/need.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { createSocksServer } from "../../helper/socks-server.ts";
import { freePort } from "../../helper/free-port.ts";
import { createSshd, keygen } from "../../helper/sshd.ts";
import { createTcpProxy } from "../../helper/tcp-proxy.ts";
import { askGuest } from "../../../src/steps/guest-command.ts";

const it = needs("sshd", "openssh-server");
const signal = new AbortController().signal;

describe("the way to the machine", () => {
  it("leads through a jump host with its own key", async () => {
    const [bastion, server] = [await createSshd(), await createSshd()];
    const communicator = await connectTo(await createRecordingRun(), server, {
      ssh_bastion_host: bastion.host,
      ssh_bastion_port: bastion.port,
      ssh_bastion_username: bastion.username,
      ssh_bastion_private_key_file: bastion.keyFile,
      ssh_bastion_host_key: bastion.hostKey,
    });
    expect((await askGuest(communicator, "echo through", { signal })).stdout).toBe("through\n");
    expect(bastion.log()).toContain("Accepted publickey");
  });

  it("is lost with its jump host, which is said and does no other harm", async () => {
    const [bastion, server] = [await createSshd(), await createSshd()];
    const proxy = await createTcpProxy({ target: bastion.port });
    const communicator = await connectTo(await createRecordingRun(), server, {
      ssh_bastion_host: "127.0.0.1",
      ssh_bastion_port: proxy.port,
      ssh_bastion_username: bastion.username,
      ssh_bastion_private_key_file: bastion.keyFile,
    });
    const began = join(server.directory, "began");
    const asked = askGuest(communicator, `touch ${began}; sleep 10`, { signal });
    await vi.waitUntil(() => existsSync(began));
    proxy.reset();
    const reason = "the jump host 127.0.0.1 failed: the connection was reset";
    expect((await asked).result).toEqual({ kind: "disconnect", reason });
    // A new connection through it is a new one to the jump host.
    expect((await askGuest(communicator, "echo again", { signal })).stdout).toBe("again\n");
  });

  it("says which of the two refused", async () => {
    const [bastion, server] = [await createSshd(), await createSshd()];
    const refused = connectTo(await createRecordingRun(), server, {
      ssh_bastion_host: bastion.host,
      ssh_bastion_port: bastion.port,
      ssh_bastion_username: bastion.username,
      ssh_bastion_private_key_file: server.keyFile,
      ssh_handshake_attempts: 1,
    });
    await expect(refused).rejects.toThrow(/the jump host 127.0.0.1: the server refused the key/);
  });

  it("leads through a SOCKS5 proxy, with or without a login", async () => {
    const server = await createSshd();
    for (const login of [undefined, { username: "me", password: "secret" }]) {
      const proxy = await createSocksServer(login);
      const communicator = await connectTo(await createRecordingRun(), server, {
        ssh_proxy_host: "127.0.0.1",
        ssh_proxy_port: proxy.port,
        ...(login ? { ssh_proxy_username: login.username, ssh_proxy_password: login.password } : {}),
      });
      expect((await askGuest(communicator, "echo through", { signal })).stdout).toBe("through\n");
      expect(proxy.connections()).toBe(1);
    }
  });

  it("says what the proxy refused", async () => {
    const server = await createSshd();
    const proxy = await createSocksServer({ username: "me", password: "secret" });
    const args = { ssh_proxy_host: "127.0.0.1", ssh_proxy_port: proxy.port, ssh_timeout: "1s" };
    await expect(connectTo(await createRecordingRun(), server, args)).rejects.toThrow(
      "asks for a user name and a password",
    );
    const wrong = { ...args, ssh_proxy_username: "me", ssh_proxy_password: "wrong" };
    await expect(connectTo(await createRecordingRun(), server, wrong)).rejects.toThrow(
      "refused the user name or the password",
    );
  });
});

describe("tunnels", () => {
  it("lead from here to the machine's side, and from there to ours", async () => {
    const server = await createSshd();
    const greeter = createServer((socket) => socket.end("hello"));
    await new Promise<void>((resolve) => greeter.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void greeter.close());
    const target = (greeter.address() as { port: number }).port;
    const [local, remote] = [await freePort(), await freePort()];
    await connectTo(await createRecordingRun(), server, {
      ssh_local_tunnels: [`${local}:127.0.0.1:${target}`],
      ssh_remote_tunnels: [`${remote}:127.0.0.1:${target}`],
    });
    expect(await text(connect(local, "127.0.0.1"))).toBe("hello");
    expect(await text(connect(remote, "127.0.0.1"))).toBe("hello");
  });

  it("lead nowhere while the machine is away, and into it when it is back", async () => {
    const server = await createSshd();
    const local = await freePort();
    const args = { ssh_local_tunnels: [`${local}:127.0.0.1:${server.port}`] };
    const communicator = await connectTo(await createRecordingRun(), server, args);
    await server.stop();
    // The first one may come before the end of the connection is known.
    expect(await text(connect(local, "127.0.0.1"))).toBe("");
    expect(await text(connect(local, "127.0.0.1"))).toBe("");
    await server.start();
    await askGuest(communicator, "true", { signal });
    const banner = once(connect(local, "127.0.0.1").setEncoding("utf8"), "data");
    expect(await banner).toEqual([expect.stringMatching(/^SSH-2.0-OpenSSH/)]);
  });

  it("do not take the connection along when what they lead to breaks off", async () => {
    const server = await createSshd();
    const broken = createServer((socket) => {
      socket.once("data", () => socket.resetAndDestroy());
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void broken.close());
    await once(broken, "listening");
    const target = (broken.address() as { port: number }).port;
    const remote = await freePort();
    const args = { ssh_remote_tunnels: [`${remote}:127.0.0.1:${target}`] };
    const communicator = await connectTo(await createRecordingRun(), server, args);
    const caller = connect(remote, "127.0.0.1");
    caller.write("hello");
    expect(await text(caller)).toBe("");
    await askGuest(communicator, "true", { signal });
    expect(server.log().split("Accepted publickey")).toHaveLength(2);
  });
});

describe("ways to log in", () => {
  it.each(["ed25519", "ecdsa", "rsa"])("takes an OpenSSH certificate over an %s key", async (type) => {
    const server = await createSshd({ start: false });
    const directory = server.directory;
    keygen(`${directory}/ca`);
    keygen(`${directory}/certified`, "-t", type);
    execFileSync("ssh-keygen", [
      "-q",
      "-s",
      `${directory}/ca`,
      "-I",
      "test",
      "-n",
      server.username,
      `${directory}/certified.pub`,
    ]);
    const config = await readFile(`${directory}/sshd_config`, "utf8");
    await writeFile(`${directory}/sshd_config`, `TrustedUserCAKeys ${directory}/ca.pub\n${config}`);
    await server.start();
    const args = { ssh_certificate_file: `${directory}/certified-cert.pub` };
    const communicator = await connectTo(
      await createRecordingRun(),
      { ...server, keyFile: `${directory}/certified` },
      args,
    );
    expect((await askGuest(communicator, "echo in", { signal })).stdout).toBe("in\n");
    expect(server.log()).toMatch(/Accepted (publickey|certificate).*(CA|ID test)/);
  });

  it("takes the keys of an agent, and forwards it unless told not to", async () => {
    const server = await createSshd();
    const socket = `${server.directory}/agent`;
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    onTestFinished(() => void agent.kill());
    const env = { PATH: process.env["PATH"], SSH_AUTH_SOCK: socket };
    for (let tries = 0; ; tries++) {
      try {
        execFileSync("ssh-add", ["-q", server.keyFile], { env, stdio: "ignore" });
        break;
      } catch (error) {
        if (tries > 50) throw error;
      }
    }
    const args = { ssh_agent_auth: true, ssh_private_key_file: "" };
    const forwarding = await connectTo(await createRecordingRun({ env }), server, args);
    expect((await askGuest(forwarding, "ssh-add -l", { signal })).stdout).toContain("ED25519");
    const plain = await connectTo(await createRecordingRun({ env }), server, {
      ...args,
      ssh_disable_agent_forwarding: true,
    });
    expect((await askGuest(plain, "echo [$SSH_AUTH_SOCK]", { signal })).stdout).toBe("[]\n");
  });

  it("runs commands where the server forbids agent forwarding", async () => {
    const server = await createSshd({ config: ["AllowAgentForwarding no"] });
    const env = { PATH: process.env["PATH"], SSH_AUTH_SOCK: `${server.directory}/nobody` };
    const communicator = await connectTo(await createRecordingRun({ env }), server);
    expect((await askGuest(communicator, "echo in", { signal })).stdout).toBe("in\n");
  });

  it("offers only the ciphers and key exchanges asked for", async () => {
    const server = await createSshd({ config: ["LogLevel DEBUG2"] });
    const args = { ssh_ciphers: ["aes256-ctr"], ssh_key_exchange_algorithms: ["ecdh-sha2-nistp521"] };
    await connectTo(await createRecordingRun(), server, args);
    expect(server.log()).toMatch(/kex: client->server cipher: aes256-ctr/);
    expect(server.log()).toMatch(/kex: algorithm: ecdh-sha2-nistp521/);
    await expect(connectTo(await createRecordingRun(), server, { ssh_ciphers: ["rot13"] })).rejects.toThrow(
      "None of ssh_ciphers is supported: rot13",
    );
  });
});
