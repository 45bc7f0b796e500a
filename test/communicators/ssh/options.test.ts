import { execFileSync, spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { connect as connectTcp, createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, vi } from "vitest";
import type { Communicator } from "../../../src/sdk/communicator.ts";
import { askGuest } from "../../../src/steps/guest-command.ts";
import { cleanupTempKeys } from "../../../src/steps/cleanup-temp-keys.ts";
import { sshKey } from "../../../src/steps/ssh-key.ts";
import { createDropbear } from "../../helper/dropbear.ts";
import { communicatorConfig, connectTo } from "../../helper/guest-connection.ts";
import { needs, needsRoot } from "../../helper/need.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { freePort } from "../../helper/free-port.ts";
import { createSshd } from "../../helper/sshd.ts";
import { createTcpProxy } from "../../helper/tcp-proxy.ts";

const signal = new AbortController().signal;

const servers = {
  OpenSSH: {
    it: needs("sshd", "openssh-server"),
    create: () => createSshd({ password: PASSWORD }),
    authorizedKeys: "authorized_keys",
  },
  dropbear: {
    it: needsRoot("dropbear", "dropbear-bin"),
    create: () => createDropbear({ tools: ["tty"], password: PASSWORD }),
    authorizedKeys: "home/.ssh/authorized_keys",
  },
};

const PASSWORD = "open sesame";

async function said(communicator: Communicator, command: string): Promise<string> {
  return (await askGuest(communicator, command, { signal })).stdout.trim();
}

/** What the table of docs/ssh.md says works on both servers; the other rows name the tests they have. */
describe.each(Object.entries(servers))("options on %s", (_name, { it, create, authorizedKeys }) => {
  it("ssh_private_key_file, ssh_pty", async () => {
    const server = await create();
    const plain = await connectTo(await createRecordingRun(), server);
    expect(await said(plain, "tty")).toBe("not a tty");
    const terminal = await connectTo(await createRecordingRun(), server, { ssh_pty: true });
    expect(await said(terminal, "tty")).toMatch(/^\/dev\/pts\//);
  });

  it("ssh_password", async () => {
    const server = await create();
    const args = { ssh_private_key_file: "", ssh_password: PASSWORD };
    expect(await said(await connectTo(await createRecordingRun(), server, args), "echo in")).toBe("in");
  });

  it("ssh_handshake_attempts, ssh_timeout", async () => {
    const server = await create();
    const wrong = { ssh_private_key_file: "", ssh_password: "wrong", ssh_handshake_attempts: 2, ssh_timeout: "1m" };
    await expect(connectTo(await createRecordingRun(), server, wrong)).rejects.toThrow(
      /The login was refused 2 times.*refused the password.*it offers/,
    );
  });

  it("temporary_key_pair_type, _bits, ssh_clear_authorized_keys", async () => {
    const server = await create();
    const path = join(server.directory, authorizedKeys);
    const other = await readFile(path, "utf8");
    for (const [type, bits] of [["ed25519"], ["ecdsa", 384], ["rsa", 2048]] as const) {
      const run = await createRecordingRun();
      const args = {
        ssh_username: server.username,
        temporary_key_pair_type: type,
        ...(bits === undefined ? {} : { temporary_key_pair_bits: bits }),
      };
      const key = await sshKey(run, communicatorConfig(args));
      await writeFile(path, `${other}${key.publicKey}\n`);
      const communicator = await connectTo(run, server, { ...args, ssh_private_key_file: "" }, { key });
      await communicator.exec(`mkdir -p ~/.ssh; [ -e ~/.ssh/authorized_keys ] || cp ${path} ~/.ssh/authorized_keys`, {
        signal,
      });
      await cleanupTempKeys(run, communicator, key);
      expect(await said(communicator, "cat ~/.ssh/authorized_keys")).toBe(other.trim());
      await communicator.exec("rm -f ~/.ssh/authorized_keys", { signal });
    }
  });

  it("ssh_agent_auth, ssh_disable_agent_forwarding", async () => {
    const server = await create();
    const socket = join(server.directory, "agent");
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    onTestFinished(() => void agent.kill());
    const env = { PATH: process.env["PATH"], SSH_AUTH_SOCK: socket };
    await vi.waitFor(() => execFileSync("ssh-add", ["-q", server.keyFile], { env, stdio: "ignore" }), {
      timeout: 10_000,
    });
    const args = { ssh_agent_auth: true, ssh_private_key_file: "" };
    const forwarding = await connectTo(await createRecordingRun({ env }), server, args);
    expect(await said(forwarding, '[ -S "$SSH_AUTH_SOCK" ] && echo offered')).toBe("offered");
    const more = { ...args, ssh_disable_agent_forwarding: true };
    expect(await said(await connectTo(await createRecordingRun({ env }), server, more), "echo [$SSH_AUTH_SOCK]")).toBe(
      "[]",
    );
  });

  it("ssh_ciphers, ssh_key_exchange_algorithms", async () => {
    const server = await create();
    const args = { ssh_ciphers: ["aes256-ctr"], ssh_key_exchange_algorithms: ["ecdh-sha2-nistp521"] };
    expect(await said(await connectTo(await createRecordingRun(), server, args), "echo in")).toBe("in");
  });

  it("ssh_bastion_host, _port, _username, _private_key_file, _password", async () => {
    const [bastion, server] = [await create(), await create()];
    const through = {
      ssh_bastion_host: bastion.host,
      ssh_bastion_port: bastion.port,
      ssh_bastion_username: bastion.username,
    };
    for (const login of [{ ssh_bastion_private_key_file: bastion.keyFile }, { ssh_bastion_password: PASSWORD }]) {
      const communicator = await connectTo(await createRecordingRun(), server, { ...through, ...login });
      expect(await said(communicator, "echo through")).toBe("through");
    }
  });

  it("ssh_local_tunnels, ssh_remote_tunnels", async () => {
    const server = await create();
    const greeter = createServer((socket) => socket.end("hello"));
    await new Promise<void>((resolve) => greeter.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void greeter.close());
    const { port } = greeter.address() as { port: number };
    const [local, remote] = [await freePort(), await freePort()];
    await connectTo(await createRecordingRun(), server, {
      ssh_local_tunnels: [`${local}:127.0.0.1:${port}`],
      ssh_remote_tunnels: [`${remote}:127.0.0.1:${port}`],
    });
    expect(await text(connectTcp(local, "127.0.0.1"))).toBe("hello");
    expect(await text(connectTcp(remote, "127.0.0.1"))).toBe("hello");
  });

  it("ssh_host_key", async () => {
    const [server, stranger] = [await create(), await create()];
    const hostKey = (await readFile(`${stranger.keyFile}.pub`, "utf8")).split(" ").slice(0, 2).join(" ");
    const wrong = { ssh_host_key: hostKey, ssh_handshake_attempts: 1 };
    await expect(connectTo(await createRecordingRun(), server, wrong)).rejects.toThrow("Refused to connect");
  });

  it("ssh_keep_alive_interval", async () => {
    const server = await create();
    const proxy = await createTcpProxy({ target: server.port });
    const far = { ...server, port: proxy.port };
    const communicator = await connectTo(await createRecordingRun(), far, { ssh_keep_alive_interval: "100ms" });
    const asked = askGuest(communicator, "sleep 1; echo alive; sleep 60", { signal });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    proxy.freeze();
    expect(await asked).toMatchObject({
      stdout: "alive\n",
      result: { kind: "disconnect", reason: expect.stringContaining("the machine has not answered for") },
    });
  });

  it("pause_before_connecting", async () => {
    const server = await create();
    const proxy = await createTcpProxy({ target: server.port });
    const run = await createRecordingRun();
    const args = { pause_before_connecting: "100ms" };
    const communicator = await connectTo(run, { ...server, port: proxy.port }, args);
    expect(await said(communicator, "echo in")).toBe("in");
    // The login that showed that the machine is there, and the one for good.
    expect(proxy.accepted).toBe(2);
    expect(run.events).toContainEqual(
      expect.objectContaining({ text: expect.stringContaining("(pause_before_connecting)") }),
    );
  });
});
