import { execFileSync } from "node:child_process";
import { readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect } from "vitest";
import { cleanupTempKeys } from "../../src/steps/cleanup-temp-keys.ts";
import { generateSshKey, sshKey } from "../../src/steps/ssh-key.ts";
import { communicatorConfig, connectTo } from "../helper/guest-connection.ts";
import { needs } from "../helper/need.ts";
import { createRecordingRun } from "../helper/recording-run.ts";
import { createSshd } from "../helper/sshd.ts";

const it = needs("ssh-keygen", "openssh-client");
const itLogsIn = needs("sshd", "openssh-server");

describe("generateSshKey", () => {
  it.each([
    ["ed25519", undefined, "256 SHA256:"],
    ["ecdsa", undefined, "521 SHA256:"],
    ["ecdsa", 256, "256 SHA256:"],
    ["rsa", 2048, "2048 SHA256:"],
  ] as const)("makes %s keys of %s bits that OpenSSH reads", async (type, bits, expected) => {
    const run = await createRecordingRun();
    const path = join(run.directories.temp, "key");
    // Several, because a number with its top bit set is written with one byte more.
    for (let count = 0; count < (type === "rsa" ? 2 : 8); count++) {
      const key = generateSshKey(type, bits, "me");
      await writeFile(path, key.privateKey, { mode: 0o600 });
      expect(execFileSync("ssh-keygen", ["-y", "-P", "", "-f", path], { encoding: "utf8" }).trim()).toBe(key.publicKey);
      expect(execFileSync("ssh-keygen", ["-l", "-f", path], { encoding: "utf8" })).toContain(expected);
    }
  });
});

describe("sshKey", () => {
  it("makes an ed25519 key, masks it, and leaves a copy only for -debug", async () => {
    const config = communicatorConfig({ ssh_username: "me" });
    const run = await createRecordingRun({ options: { debug: true } });
    const key = await sshKey(run, config);
    expect(key).toMatchObject({ generated: true, publicKey: expect.stringMatching(/^ssh-ed25519 /) });
    expect(run.secrets).toContain(key.privateKey);
    expect(await readFile(key.privateKeyPath!, "utf8")).toBe(key.privateKey);
    expect((await stat(key.privateKeyPath!)).mode & 0o777).toBe(0o600);
    expect((await sshKey(await createRecordingRun(), config)).privateKeyPath).toBeUndefined();
  });

  it.each(["ask", "abort", "run-cleanup-provisioner"] as const)(
    "with -on-error=%s there is a file to log in with, which goes with the machine",
    async (onError) => {
      const run = await createRecordingRun({ options: { onError } });
      const { privateKey, privateKeyPath } = await sshKey(run, communicatorConfig({ ssh_username: "me" }));
      expect(dirname(privateKeyPath!)).toBe(run.directories.log);
      expect(await readFile(privateKeyPath!, "utf8")).toBe(privateKey);
      expect((await stat(privateKeyPath!)).mode & 0o777).toBe(0o600);
      await run.finish("failed");
      await expect(stat(privateKeyPath!)).rejects.toThrow("ENOENT");
    },
  );

  it("makes none where the user gave a way in", async () => {
    const run = await createRecordingRun();
    for (const given of [{ ssh_password: "x" }, { ssh_agent_auth: true }, { ssh_private_key_file: "key" }]) {
      expect(await sshKey(run, communicatorConfig({ ssh_username: "me", ...given }))).toMatchObject({
        generated: false,
        privateKey: "",
      });
    }
  });
});

describe("a key made for the build", () => {
  itLogsIn.each(["ed25519", "ecdsa", "rsa"])("of type %s logs in and is removed afterwards", async (type) => {
    const server = await createSshd();
    const run = await createRecordingRun();
    const args = {
      ssh_username: server.username,
      temporary_key_pair_type: type,
      temporary_key_pair_bits: type === "rsa" ? 2048 : 0,
    };
    const key = await sshKey(run, communicatorConfig(args));
    const authorized = join(server.directory, "authorized_keys");
    const other = await readFile(authorized, "utf8");
    await writeFile(authorized, `${other}${key.publicKey}\n`);
    const communicator = await connectTo(run, server, { ...args, ssh_private_key_file: "" }, { key });
    await communicator.exec(`mkdir -p ~/.ssh && cp ${authorized} ~/.ssh/authorized_keys`, { signal: run.signal });
    await cleanupTempKeys(run, communicator, key);
    const left: Buffer[] = [];
    await communicator.exec("cat ~/.ssh/authorized_keys", {
      signal: run.signal,
      onStdout: (chunk) => void left.push(chunk),
    });
    expect(Buffer.concat(left).toString()).toBe(other);
    expect(run.warnings()).toEqual([]);
  });
});
