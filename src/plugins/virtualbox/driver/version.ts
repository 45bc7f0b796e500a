import { BuildError } from "../../../sdk/error.ts";

/** What `VBoxManage --version` says, without revision and distribution. */
export interface VirtualBoxVersion {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

/**
 * Reads the output of `VBoxManage --version`: `7.2.22_Debianr175245`, `6.1.50r161033`. A warning that the kernel module
 * is missing stands in the same output, with exit code 0.
 */
export function parseVersion(output: string): VirtualBoxVersion {
  if (/vboxdrv|kernel module|character device/i.test(output)) {
    throw new BuildError("VirtualBox cannot start machines: its kernel module (vboxdrv) is not loaded", {
      hint: "Load it, or build it for the running kernel:\n    sudo modprobe vboxdrv || sudo /sbin/vboxconfig",
    });
  }
  const [, text, major, minor] = /^((\d+)\.(\d+)(?:\.\d+)*)/m.exec(output) ?? [];
  if (text === undefined) throw new BuildError(`VBoxManage --version did not say a version: "${output.trim()}"`);
  const version = { text, major: Number(major), minor: Number(minor) };
  if (!isAtLeast(version, 6, 1)) {
    throw new BuildError(`VirtualBox ${text} is too old`, { hint: "Install VirtualBox 6.1 or later." });
  }
  return version;
}

export function isAtLeast(version: VirtualBoxVersion, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}
