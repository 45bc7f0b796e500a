import { AmazonError } from "../aws/failure.ts";
import { keyPairKind } from "../aws/kinds/network.ts";
import { markTags, mergeTags, newToken, tagSpecifications } from "../aws/mark.ts";
import { ownResource } from "../aws/owned.ts";
import type { CommunicatorConfig } from "../../../sdk/schema/communicator.ts";
import { keepForDebug, sshKey, type SshKey } from "../../../steps/ssh-key.ts";
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
  // With what the user gave, no key is made (as with an agent).
  if (!isKeyMade(config)) {
    return {
      key: await sshKey(build.run, { ...config, ssh_agent_auth: true }),
      keyName: config.ssh_keypair_name || undefined,
    };
  }
  return build.run.step("create a temporary key pair", async (step) => {
    const { run, cloud } = build;
    const token = newToken(run);
    const keyName = config.temporary_key_pair_name || `imgbuild-${token}`;
    // Windows passwords are encrypted with RSA keys only.
    const isWindows = build.source.Platform?.toLowerCase() === "windows";
    const KeyType = isWindows || config.temporary_key_pair_type === "rsa" ? "rsa" : "ed25519";
    const owned = await ownResource(run, step, cloud, keyPairKind, { token, name: keyName });
    run.say(`Creating a temporary ${KeyType} key pair: ${keyName}`);
    const tags = mergeTags(tagsFor(build, config.run_tags, config.run_tag), markTags(run, token));
    const input = { KeyName: keyName, KeyType, TagSpecifications: tagSpecifications(["key-pair"], tags) } as const;
    const create = () =>
      cloud.ec2().call("CreateKeyPair", { ...input, TagSpecifications: [...input.TagSpecifications] });
    const pair = await owned.making(() =>
      create().catch(async (error: unknown) => {
        // A name of ours that is taken: an earlier try went through, and its private key is lost with the answer.
        const isOurs = !config.temporary_key_pair_name;
        if (!isOurs || !(error instanceof AmazonError && error.code === "InvalidKeyPair.Duplicate")) throw error;
        await cloud.ec2().call("DeleteKeyPair", { KeyName: keyName });
        return create();
      }),
    );
    await owned.made(pair.KeyPairId ?? keyName);
    const privateKey = pair.KeyMaterial!;
    run.secret(privateKey);
    const privateKeyPath = await keepForDebug(run, privateKey);
    const { publicKeyLine } = await import("../../../communicators/ssh/public-key.ts");
    const key = {
      privateKey,
      publicKey: publicKeyLine(privateKey, keyName),
      generated: true,
      keyPairName: keyName,
      privateKeyPath,
    };
    return { key, keyName };
  });
}
