import { arch, platform } from "node:os";
import { versionParts } from "../../lib/version-constraint.ts";

/** A system as Go names it: `linux` and `amd64`. */
export interface Target {
  readonly os: string;
  readonly arch: string;
}

const systems: Readonly<Record<string, string>> = { win32: "windows", sunos: "solaris" };
const processors: Readonly<Record<string, string>> = {
  x64: "amd64",
  ia32: "386",
  ppc64: "ppc64le",
  loong64: "loong64",
};

export const thisMachine: Target = {
  os: systems[platform()] ?? platform(),
  arch: processors[arch()] ?? arch(),
};

/** `packer-plugin-NAME_vVERSION_xAPI_OS_ARCH[.exe]`, taken apart. */
export interface PluginFileName {
  readonly name: string;
  /** Without its `v`: `1.2.3`, `1.2.3-dev`. */
  readonly version: string;
  /** `x5.0`. */
  readonly api: string;
}

export function pluginFileName(file: PluginFileName, target: Target): string {
  return `packer-plugin-${file.name}_v${file.version}_${file.api}${suffix(target)}`;
}

/** What stands before the version: files that begin so may be the plugin. */
export const filePrefix = (name: string): string => `packer-plugin-${name}_`;

export function suffix({ os, arch }: Target): string {
  return `_${os}_${arch}${os === "windows" ? ".exe" : ""}`;
}

/** The parts of the name of a file for `target`, or what is wrong with it, as a sentence. */
export function parsePluginFileName(fileName: string, target: Target): PluginFileName | { readonly problem: string } {
  const middle = fileName.slice("packer-plugin-".length, -suffix(target).length);
  const [, name, version, api] = /^([^_]+)_v([^_]+)_(x\d+\.\d+)$/.exec(middle) ?? [];
  if (name === undefined || version === undefined || api === undefined) {
    return { problem: "Its name is not packer-plugin-NAME_vVERSION_xAPI_OS_ARCH." };
  }
  const parts = versionParts(version);
  const isCanonical = parts !== undefined && parts.segments.length >= 3 && canonical(parts) === version;
  if (!isCanonical) return { problem: `"${version}" in its name is no version in full, such as 1.2.3 or 1.2.3-dev.` };
  if (parts.metadata !== "") return { problem: `The version in its name has build metadata ("+${parts.metadata}").` };
  return { name, version, api };
}

function canonical(parts: {
  readonly segments: readonly number[];
  readonly preRelease: string;
  readonly metadata: string;
}) {
  const preRelease = parts.preRelease === "" ? "" : `-${parts.preRelease}`;
  return parts.segments.join(".") + preRelease + (parts.metadata === "" ? "" : `+${parts.metadata}`);
}
