import { generateKeyPairSync, randomBytes, randomInt, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { encodePrivateKey, encodePublicKey } from "../communicators/ssh/openssh-key.ts";
import { writeFileAtomic } from "../lib/atomic-file.ts";
import { asFileName } from "../lib/file-name.ts";
import { expandPath } from "../sdk/expand-path.ts";
import { createOwnedFile } from "../owned/owned-file.ts";
import type { Run, Step } from "../sdk/run.ts";
import type { CommunicatorConfig } from "../sdk/schema/communicator.ts";

export type SshKeyType = "rsa" | "ecdsa" | "ed25519";

/** The key a build logs in with. Without any (a password, an agent) both halves are empty. */
export interface SshKey {
  /** In OpenSSH's format. */
  readonly privateKey: string;
  /** One line for authorized_keys. */
  readonly publicKey: string;
  /** The user's own file, or the copy `-debug` leaves in the working directory. */
  readonly privateKeyPath: string | undefined;
  /** Made for this build: to be removed from the guest, and from the platform, afterwards. */
  readonly generated: boolean;
  readonly keyPairName: string;
}

export interface SshKeyOptions {
  /** Where the user asked for none. Default ed25519, which every server of the last ten years takes. */
  readonly defaultType?: SshKeyType;
}

/** Makes a key pair for this build, unless the user gave a key, a password or an agent to log in with. */
export async function sshKey(run: Run, config: CommunicatorConfig, options: SshKeyOptions = {}): Promise<SshKey> {
  const keyPairName = config.temporary_key_pair_name ?? `imgbuild-${randomBytes(8).toString("hex")}`;
  const file = config.ssh_private_key_file;
  const none = { privateKey: "", publicKey: "", generated: false, keyPairName, privateKeyPath: undefined };
  if (file) return { ...none, privateKeyPath: expandPath(run, file) };
  if (config.communicator !== "ssh" || config.ssh_agent_auth || config.ssh_password) return none;
  const type = (config.temporary_key_pair_type as SshKeyType | undefined) ?? options.defaultType ?? "ed25519";
  return run.step("create a temporary SSH key", async (step) => {
    run.say(`Creating a temporary ${type} SSH key for this build`);
    const pair = generateSshKey(type, config.temporary_key_pair_bits, keyPairName);
    run.secret(pair.privateKey);
    const privateKeyPath = await keepForUser(run, step, pair.privateKey);
    return { ...pair, generated: true, keyPairName, privateKeyPath };
  });
}

/** A fresh pair. `bits`: rsa 4096 and ecdsa 521 where absent or 0. */
export function generateSshKey(
  type: SshKeyType,
  bits: number | undefined,
  comment: string,
): { readonly privateKey: string; readonly publicKey: string } {
  const pair = generators[type](bits || undefined);
  const publicKey = `${encodePublicKey(pair.publicKey)} ${comment}`;
  return { publicKey, privateKey: encodePrivateKey(pair.privateKey, comment, randomInt(2 ** 32)) };
}

type Generate = (bits: number | undefined) => { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

const generators: { readonly [Type in SshKeyType]: Generate } = {
  ed25519: () => generateKeyPairSync("ed25519"),
  ecdsa: (bits = 521) =>
    generateKeyPairSync("ec", { namedCurve: { 256: "P-256", 384: "P-384", 521: "P-521" }[bits] ?? "P-521" }),
  rsa: (bits = 4096) => generateKeyPairSync("rsa", { modulusLength: bits }),
};

/**
 * A file with the key, where the user may want to log in by hand: with `-debug` in the working directory, to stay, as in
 * Packer; where a failure may leave the machine as it is, in a file of ours that goes with the machine.
 */
export async function keepForUser(run: Run, step: Step, privateKey: string): Promise<string | undefined> {
  const name = `ssh_key_${asFileName(run.build.name)}.pem`;
  if (run.options.debug) {
    const path = join(run.directories.work, name);
    await writeFileAtomic(path, privateKey, { mode: 0o600 });
    run.say(`Saving the key for -debug: ${path}`);
    return path;
  }
  if (run.options.onError === "cleanup") return undefined;
  const path = join(run.directories.log, name);
  const file = await createOwnedFile(run, step, path, { mode: 0o600 });
  await file.handle.writeFile(privateKey);
  await file.commit();
  return path;
}
