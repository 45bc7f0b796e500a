import { shellQuote } from "../lib/shell-quote.ts";

/** Where a machine lets people in. */
export interface Login {
  readonly kind: "ssh" | "winrm" | "none";
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly user: string | undefined;
  /** The file that holds the key. Without one a password is asked for. */
  readonly keyFile: string | undefined;
}

/** The command with which a person gets into a machine that is still there; undefined where that is not known. */
export function loginLine(login: Login): string | undefined {
  if (login.kind === "none" || !login.host) return undefined;
  return COMMANDS[login.kind](login, login.host);
}

const COMMANDS = { ssh: sshCommand, winrm: powershellCommand } as const;

function sshCommand({ port, user, keyFile }: Login, host: string): string {
  const words = ["ssh"];
  if (port && port !== 22) words.push("-p", String(port));
  if (keyFile) words.push("-i", shellQuote(keyFile));
  words.push(shellQuote(user ? `${user}@${host}` : host));
  return words.join(" ");
}

function powershellCommand({ port, user }: Login, host: string): string {
  const where = `-ComputerName ${host} -Port ${port ?? 5985}`;
  return `pwsh -NoExit -Command "Enter-PSSession ${where} -Authentication Negotiate -Credential ${user ?? "Administrator"}"`;
}
