import { BuildError } from "../../sdk/error.ts";
import { parsePrivateKey } from "./private-key.ts";

/** The line for `authorized_keys` that belongs to a private key in PEM or OpenSSH form; "" when it cannot be read. */
export function publicKeyLine(privateKey: string, comment: string): string {
  try {
    const key = parsePrivateKey(privateKey, "the private key", undefined);
    return `${key.type} ${key.getPublicSSH().toString("base64")} ${comment}`;
  } catch (error) {
    if (error instanceof BuildError) return "";
    throw error;
  }
}
