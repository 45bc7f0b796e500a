import { execFileSync } from "node:child_process";

/**
 * What a program of the system prints about something of ours. In UTF-8 whatever the user's locale, and with the programs
 * that an ordinary user's PATH lacks (`blkid`).
 */
export function readBack(command: string, ...args: readonly string[]): string {
  const env = { ...process.env, LC_ALL: "C.UTF-8", TZ: "UTC", PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], env });
}
