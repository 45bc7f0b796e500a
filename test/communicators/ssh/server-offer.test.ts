import { describe, expect } from "vitest";
import { connectTo } from "../../helper/guest-connection.ts";
import { needs } from "../../helper/need.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { createSshd } from "../../helper/sshd.ts";

const it = needs("sshd", "openssh-server");

/** What a server may insist on that nobody should use any more. */
const outdated: readonly (readonly [config: readonly string[], missing: string, offered: string])[] = [
  [["KexAlgorithms diffie-hellman-group1-sha1"], "key exchange algorithm", "diffie-hellman-group1-sha1"],
  [["Ciphers 3des-cbc"], "C->S cipher", "3des-cbc"],
  [["Ciphers aes256-ctr", "MACs umac-64@openssh.com"], "C->S MAC", "umac-64@openssh.com"],
  [
    ["KexAlgorithms diffie-hellman-group1-sha1,diffie-hellman-group14-sha1"],
    "key exchange algorithm",
    "diffie-hellman-group1-sha1, diffie-hellman-group14-sha1",
  ],
];

describe("a server with which nothing is in common (M-17)", () => {
  it.each(outdated)("is said with what it offers: %s", async (config, missing, offered) => {
    const server = await createSshd({ config });
    const connecting = connectTo(await createRecordingRun(), server, { ssh_timeout: "2s" });
    await expect(connecting).rejects.toThrow(`failed: no matching ${missing}; the server offers ${offered}`);
  });
});
