import { execFileSync } from "node:child_process";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { askGuest } from "../../../src/steps/guest-command.ts";
import { connect } from "../../../src/steps/connect.ts";
import { generateSshKey, type SshKeyType } from "../../../src/steps/ssh-key.ts";
import { communicatorConfig, connectTo } from "../../helper/guest-connection.ts";
import { needs } from "../../helper/need.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { createSshd, keygen } from "../../helper/sshd.ts";

const it = needs("sshd", "openssh-server");
const signal = new AbortController().signal;

describe("keys made for a build (temporary_key_pair_type, temporary_key_pair_bits)", () => {
  it.each<[SshKeyType, number | undefined]>([
    ["ed25519", undefined],
    ["ecdsa", 256],
    ["ecdsa", 384],
    ["ecdsa", undefined],
    ["rsa", 2048],
  ])("%s %s is let in by sshd", async (type, bits) => {
    const server = await createSshd();
    const key = generateSshKey(type, bits, "imgbuild-test");
    await writeFile(join(server.directory, "authorized_keys"), `${key.publicKey}\n`);
    const run = await createRecordingRun();
    const config = communicatorConfig({ ssh_username: server.username });
    const communicator = await connect(run, { config, host: server.host, port: server.port, key });
    expect((await askGuest(communicator, "echo in", { signal })).stdout).toBe("in\n");
    // The server would say "Postponed publickey" of a key that is asked about before it signs.
    expect(server.log()).toContain("Accepted publickey");
    expect(server.log()).not.toContain("Postponed publickey");
  });
});

describe("a key file with a passphrase (ssh_private_key_passphrase)", () => {
  it("is used, and a missing or wrong passphrase is said before anything is tried", async () => {
    const server = await createSshd();
    const keyFile = join(server.directory, "locked");
    keygen(keyFile, "-N", "open sesame");
    await appendFile(join(server.directory, "authorized_keys"), await readFile(`${keyFile}.pub`));
    const run = await createRecordingRun();
    const locked = { ...server, keyFile };
    const communicator = await connectTo(run, locked, { ssh_private_key_passphrase: "open sesame" });
    expect((await askGuest(communicator, "echo in", { signal })).stdout).toBe("in\n");
    expect(run.secrets).toContain("open sesame");
    await expect(connectTo(run, locked)).rejects.toMatchObject({
      message: expect.stringContaining(`The private key "${keyFile}" cannot be used`),
      hint: expect.stringContaining("ssh_private_key_passphrase"),
    });
    await expect(connectTo(run, locked, { ssh_private_key_passphrase: "wrong" })).rejects.toThrow("cannot be used");
  });
});

describe("a certificate for the jump host (ssh_bastion_certificate_file)", () => {
  it("lets in where the key alone would not", async () => {
    const server = await createSshd();
    const bastion = await createSshd({ start: false });
    const at = (name: string) => join(bastion.directory, name);
    for (const name of ["ca", "certified"]) keygen(at(name));
    execFileSync("ssh-keygen", ["-q", "-s", at("ca"), "-I", "test", "-n", bastion.username, at("certified.pub")]);
    const config = await readFile(at("sshd_config"), "utf8");
    await writeFile(at("sshd_config"), `TrustedUserCAKeys ${at("ca.pub")}\n${config}`);
    await bastion.start();
    const communicator = await connectTo(await createRecordingRun(), server, {
      ssh_bastion_host: bastion.host,
      ssh_bastion_port: bastion.port,
      ssh_bastion_username: bastion.username,
      ssh_bastion_private_key_file: at("certified"),
      ssh_bastion_certificate_file: at("certified-cert.pub"),
    });
    expect((await askGuest(communicator, "echo through", { signal })).stdout).toBe("through\n");
    expect(bastion.log()).toMatch(/Accepted publickey.*ID test/);
  });
});
