import type { CreateKeyPairCommandInput } from "@aws-sdk/client-ec2";
import type { Cloud } from "../aws/cloud.ts";
import { AmazonError } from "../aws/failure.ts";
import { keyPairKind } from "../aws/kinds/network.ts";
import { markTags, mergeTags, newToken, tagSpecifications } from "../aws/mark.ts";
import { ownResource } from "../aws/owned.ts";
import type { Run, Step } from "../../../sdk/run.ts";
import type { CommunicatorConfig } from "../../../sdk/schema/communicator.ts";
import { keepForUser, sshKey, type SshKey } from "../../../steps/ssh-key.ts";
import { tagsFor, type AmazonBuild } from "./build.ts";
import type { RunConfig } from "./options/run.ts";

/** The key to log in with, and the name of the key pair the instance gets, where there is one. */
export interface MachineKey {
  readonly key: SshKey;
  readonly keyName: string | undefined;
}

/** Whether the build makes a key pair: not where the user gave a key, a password or an agent, or nobody logs in. */
export function isKeyMade(config: CommunicatorConfig): boolean {
  const { ssh_private_key_file: file, ssh_agent_auth: agent, ssh_password: password, ssh_keypair_name: name } = config;
  // The password that Windows makes for itself is encrypted for a key.
  if (config.communicator === "winrm") return !(file || name || config.winrm_password);
  return config.communicator === "ssh" && !(file || agent || password || name);
}

/** A key pair made for this build, unless the user gave a key, a password or an agent. */
export async function machineKey(build: AmazonBuild, config: RunConfig & CommunicatorConfig): Promise<MachineKey> {
  if (isKeyMade(config)) return temporaryKeyPair(build, config);
  // With what the user gave, no key is made (as with an agent).
  const key = await sshKey(build.run, { ...config, ssh_agent_auth: true });
  return { key, keyName: config.ssh_keypair_name || undefined };
}

function temporaryKeyPair(build: AmazonBuild, config: RunConfig & CommunicatorConfig): Promise<MachineKey> {
  return build.run.step("create a temporary key pair", async (step) => {
    const { run, cloud } = build;
    const token = newToken(run);
    const keyName = config.temporary_key_pair_name || `imgbuild-${token}`;
    // Windows passwords are encrypted with RSA keys only.
    const isWindows = build.source.Platform?.toLowerCase() === "windows";
    const KeyType = isWindows || config.temporary_key_pair_type === "rsa" ? "rsa" : "ed25519";
    const owned = await ownResource({ run, step, cloud }, keyPairKind, { token, name: keyName });
    run.say(`Creating a temporary ${KeyType} key pair: ${keyName}`);
    const tags = mergeTags(tagsFor(build, config.run_tags, config.run_tag), markTags(run, token));
    const input = { KeyName: keyName, KeyType, TagSpecifications: tagSpecifications(["key-pair"], tags) } as const;
    const isOurs = !config.temporary_key_pair_name;
    const pair = await owned.making(() => createKeyPair(cloud, input, isOurs));
    await owned.made(pair.KeyPairId ?? keyName);
    run.secret(pair.KeyMaterial!);
    return { key: await sshKeyOf({ run, step }, keyName, pair.KeyMaterial!), keyName };
  });
}

type KeyPairInput = Required<Pick<CreateKeyPairCommandInput, "KeyName" | "KeyType" | "TagSpecifications">>;

/** `isOurs`: nobody else would choose this name. */
async function createKeyPair(cloud: Cloud, input: KeyPairInput, isOurs: boolean) {
  const create = () => cloud.ec2().call("CreateKeyPair", input);
  try {
    return await create();
  } catch (error) {
    const isTaken = error instanceof AmazonError && error.code === "InvalidKeyPair.Duplicate";
    if (!isOurs || !isTaken) throw error;
    // An earlier try went through, and its private key is lost with the answer.
    await cloud.ec2().call("DeleteKeyPair", { KeyName: input.KeyName });
    return create();
  }
}

interface Making {
  readonly run: Run;
  readonly step: Step;
}

async function sshKeyOf({ run, step }: Making, keyPairName: string, privateKey: string): Promise<SshKey> {
  const privateKeyPath = await keepForUser(run, step, privateKey);
  const { publicKeyLine } = await import("../../../communicators/ssh/public-key.ts");
  const publicKey = publicKeyLine(privateKey, keyPairName);
  return { privateKey, publicKey, generated: true, keyPairName, privateKeyPath };
}
