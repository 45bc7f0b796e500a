import type { GeneratedData } from "../../sdk/component.ts";
import { loginLine } from "../../sdk/login-line.ts";

/** How a person gets into the machine, from what `build.*` means; undefined where that is not known. */
export function loginCommand(data: GeneratedData): string | undefined {
  const { Host: host, Port: port, User: user, SSHPrivateKeyFile: key, ConnType: kind } = data;
  if (kind !== "ssh" && kind !== "winrm") return undefined;
  return loginLine({
    kind,
    host: textOf(host),
    port: port ? Number(port) : undefined,
    user: textOf(user),
    keyFile: textOf(key),
  });
}

const textOf = (value: string | number | undefined): string | undefined => (value ? String(value) : undefined);
