import ssh2 from "ssh2";

/** The line for `authorized_keys` that belongs to a private key in PEM or OpenSSH form; "" when it cannot be read. */
export function publicKeyLine(privateKey: string, comment: string): string {
  const [key] = [ssh2.utils.parseKey(privateKey)].flat();
  if (key === undefined || key instanceof Error) return "";
  return `${key.type} ${key.getPublicSSH().toString("base64")} ${comment}`;
}
