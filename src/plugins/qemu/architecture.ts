import { basename } from "node:path";

const names: Readonly<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64" };

/** The guest's architecture, in the words of Vagrant and Debian, from the name of the QEMU program. */
export function guestArchitecture(qemuBinary: string): string {
  const [, system = "x86_64"] = /^qemu-system-([a-z0-9_]+)/.exec(basename(qemuBinary)) ?? [];
  return names[system] ?? system;
}
