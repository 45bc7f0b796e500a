import { execFileSync } from "node:child_process";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect } from "vitest";
import type { Ec2Proxy } from "./ec2-proxy.ts";
import type { TestSshd } from "./sshd.ts";

/** moto takes any. */
export const AWS_CREDENTIALS = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };

/**
 * `templates/aws.pkr.hcl` as it is, but for what belongs to the machine behind the instance, which moto does not have:
 * where it is, and what would change the computer that runs the test.
 */
export async function prepareAwsTemplate(
  directory: string,
  { sshd, endpoint }: { readonly sshd: TestSshd; readonly endpoint: string },
): Promise<string> {
  const original = await readFile(resolve("templates/aws.pkr.hcl"), "utf8");
  const changes: readonly [string | RegExp, string][] = [
    [
      'ssh_username = "ubuntu"',
      `ssh_username = "${sshd.username}"\n  ssh_host = "127.0.0.1"\n  ssh_port = ${sshd.port}\n  custom_endpoint_ec2 = "${endpoint}"`,
    ],
    [/inline = \[[^\]]*\]/, `inline = ["echo provisioned > ${sshd.directory}/home/provisioned"]`],
    [/script = "[^"]*"/, 'inline = ["true"]'],
  ];
  const text = changes.reduce((before, [from, to]) => {
    const after = before.replace(from, to);
    expect(after, String(from)).not.toBe(before);
    return after;
  }, original);
  const path = join(directory, "templates/aws.pkr.hcl");
  await mkdir(join(directory, "templates"));
  await writeFile(path, text);
  return path;
}

/** What EC2 does at the first boot: the public half of the key pair is let in. */
export function letKeyIn(sshd: TestSshd): Ec2Proxy["answered"] {
  return async (call, xml) => {
    const [, key] = /<keyMaterial>([\s\S]*?)<\/keyMaterial>/.exec(xml) ?? [];
    if (call.action === "CreateKeyPair" && key !== undefined) {
      const file = join(sshd.directory, `pair-${call.number}`);
      await writeFile(file, `${key.replaceAll("&#13;", "").trim()}\n`, { mode: 0o600 });
      await appendFile(join(sshd.directory, "authorized_keys"), execFileSync("ssh-keygen", ["-y", "-f", file]));
    }
    return xml;
  };
}
