import { execFileSync, spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, vi } from "vitest";
import { askGuest } from "../../../src/steps/guest-command.ts";
import { connectTo } from "../../helper/guest-connection.ts";
import { needs } from "../../helper/need.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { createSshd, keygen, type TestSshd } from "../../helper/sshd.ts";

const it = needs("sshd", "openssh-server");
const signal = new AbortController().signal;

/** An agent that holds `strangers` keys nobody knows, then those of the servers given. */
async function agentWith(strangers: number, ...servers: readonly TestSshd[]) {
  const directory = servers[0]!.directory;
  const socket = join(directory, "agent");
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
  onTestFinished(() => void agent.kill());
  const env = { PATH: process.env["PATH"], SSH_AUTH_SOCK: socket };
  const files = Array.from({ length: strangers }, (_, index) => join(directory, `stranger${index}`));
  for (const file of files) keygen(file);
  files.push(...servers.map(({ keyFile }) => keyFile));
  await vi.waitFor(() => execFileSync("ssh-add", ["-q", ...files], { env, stdio: "ignore" }), { timeout: 10_000 });
  return env;
}

describe("an agent with many keys (SSH-18)", () => {
  it("is not asked where a key is configured, so that nobody has made too many attempts", async () => {
    const server = await createSshd({ config: ["MaxAuthTries 1"] });
    const env = await agentWith(8, server);
    await connectTo(await createRecordingRun({ env }), server, { ssh_handshake_attempts: 1 });
    expect(server.log()).not.toContain("Failed publickey");
    expect(server.log()).not.toContain("Too many authentication failures");
  });

  it("offers its keys one after the other where it is asked for", async () => {
    const server = await createSshd({ config: ["MaxAuthTries 6"] });
    const env = await agentWith(3, server);
    const args = { ssh_agent_auth: true, ssh_private_key_file: "" };
    const communicator = await connectTo(await createRecordingRun({ env }), server, args);
    expect((await askGuest(communicator, "echo in", { signal })).stdout).toBe("in\n");
  });

  it("is named where the server has seen enough of its keys", async () => {
    const server = await createSshd({ config: ["MaxAuthTries 2"] });
    const env = await agentWith(5, server);
    const args = { ssh_agent_auth: true, ssh_private_key_file: "", ssh_handshake_attempts: 1 };
    await expect(connectTo(await createRecordingRun({ env }), server, args)).rejects.toThrow(
      /the keys of the SSH agent.*[Tt]oo many authentication failures/,
    );
  });

  it("logs in to the jump host, and to the machine behind it", async () => {
    const [bastion, server] = [await createSshd(), await createSshd()];
    const env = await agentWith(0, server, bastion);
    const communicator = await connectTo(await createRecordingRun({ env }), server, {
      ssh_agent_auth: true,
      ssh_private_key_file: "",
      ssh_bastion_host: bastion.host,
      ssh_bastion_port: bastion.port,
      ssh_bastion_username: bastion.username,
      ssh_bastion_agent_auth: true,
    });
    expect((await askGuest(communicator, "echo through", { signal })).stdout).toBe("through\n");
    expect(bastion.log()).toContain("Accepted publickey");
  });
});

describe("certificates that an agent holds (M-07)", () => {
  const types: readonly (readonly string[])[] = [
    ["ed25519"],
    ["rsa", "-b", "2048"],
    ["ecdsa", "-b", "256"],
    ["ecdsa", "-b", "384"],
    ["ecdsa", "-b", "521"],
  ];

  /** A server that trusts a CA and no key, and an agent with a certificate of that CA. */
  async function certified([type, ...size]: readonly string[]) {
    const server = await createSshd({ start: false });
    const at = (name: string) => join(server.directory, name);
    keygen(at("ca"));
    execFileSync("ssh-keygen", ["-q", "-t", type!, ...size, "-N", "", "-f", at("certified")]);
    execFileSync("ssh-keygen", [
      "-q",
      "-s",
      at("ca"),
      "-I",
      "of the agent",
      "-n",
      server.username,
      at("certified.pub"),
    ]);
    const config = await readFile(at("sshd_config"), "utf8");
    await writeFile(at("sshd_config"), `TrustedUserCAKeys ${at("ca.pub")}\n${config}`);
    await server.start();
    return { server, keyFile: at("certified") };
  }

  it.each(types.map((type) => ({ type })))("let in at the machine, and at a jump host: $type", async ({ type }) => {
    const { server, keyFile } = await certified(type);
    const env = await agentWith(1, { ...server, keyFile });
    const run = await createRecordingRun({ env });
    const args = { ssh_agent_auth: true, ssh_private_key_file: "" };
    const communicator = await connectTo(run, server, args);
    expect((await askGuest(communicator, "echo in", { signal })).stdout).toBe("in\n");
    expect(server.log()).toMatch(/Accepted publickey.*ID of the agent/);
    const behind = await createSshd();
    const through = await connectTo(run, behind, {
      ssh_bastion_host: server.host,
      ssh_bastion_port: server.port,
      ssh_bastion_username: server.username,
      ssh_bastion_agent_auth: true,
    });
    expect((await askGuest(through, "echo through", { signal })).stdout).toBe("through\n");
  });
});

describe("an agent that does not work", () => {
  it("is said to be the reason", async () => {
    const server = await createSshd();
    const args = { ssh_agent_auth: true, ssh_private_key_file: "", ssh_handshake_attempts: 1 };
    const env = { SSH_AUTH_SOCK: join(server.directory, "nobody") };
    await expect(connectTo(await createRecordingRun({ env }), server, args)).rejects.toThrow(/the SSH agent failed/);
  });
});

describe("a connection through a jump host that asks for a password", () => {
  it("uses ssh_bastion_password, for keyboard-interactive as well", async () => {
    const server = await createSshd();
    for (const pam of [false, true]) {
      const bastion = await createSshd({ password: "of the bastion", pam });
      const communicator = await connectTo(await createRecordingRun(), server, {
        ssh_bastion_host: bastion.host,
        ssh_bastion_port: bastion.port,
        ssh_bastion_username: bastion.username,
        ssh_bastion_password: "of the bastion",
        ssh_bastion_private_key_file: "",
      });
      expect((await askGuest(communicator, "echo through", { signal })).stdout).toBe("through\n");
    }
  });
});
