import { constants, privateDecrypt } from "node:crypto";
import { poll } from "../../../lib/retry.ts";
import type { AmazonBuild } from "./build.ts";

const ASK_EVERY_MS = 5_000;

/**
 * The password that Windows gives its Administrator at the first boot, encrypted for the key pair of the instance (RSA,
 * PKCS #1 v1.5, base64). `undefined` when there is none within the limit: an image may have been made to keep its own.
 */
export async function windowsPassword(
  { run, cloud }: AmazonBuild,
  options: { readonly instanceId: string; readonly privateKey: string; readonly timeoutMs: number },
): Promise<string | undefined> {
  run.say("Waiting for auto-generated password for instance...");
  const data = await poll(
    async () => {
      const answer = await cloud
        .ec2()
        .call("GetPasswordData", { InstanceId: options.instanceId }, { signal: run.signal, young: true });
      return answer.PasswordData?.trim() || undefined;
    },
    { intervalMs: ASK_EVERY_MS, timeoutMs: options.timeoutMs, signal: run.signal },
  );
  if (data === undefined) return undefined;
  const password = decryptPassword(data, options.privateKey);
  run.secret(password);
  return password;
}

/** Node leaves PKCS #1 v1.5 decryption to OpenSSL's implicit rejection, where it has that; the padding is taken off here. */
export function decryptPassword(data: string, privateKey: string): string {
  const block = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, Buffer.from(data, "base64"));
  // EB = 00 || 02 || PS || 00 || D (RFC 8017, 7.2.2)
  const end = block.indexOf(0, 2);
  return block.subarray(end + 1).toString("utf8");
}
