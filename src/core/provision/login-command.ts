import { shellQuote } from "../../lib/shell-quote.ts";
import type { GeneratedData } from "../../sdk/component.ts";

/** How a person gets into a machine that is still there; undefined where that is not known. */
export function loginCommand(data: GeneratedData): string | undefined {
  const { Host: host, Port: port, User: user, SSHPrivateKeyFile: key, ConnType: kind } = data;
  if (kind !== "ssh" || !host) return undefined;
  const words = ["ssh"];
  if (port && String(port) !== "22") words.push("-p", String(port));
  if (key) words.push("-i", shellQuote(String(key)));
  words.push(user ? `${user}@${host}` : String(host));
  return words.join(" ");
}
