import { readFile } from "node:fs/promises";
import { hashFile } from "../../lib/checksum.ts";
import { compareVersions, versionParts } from "../../lib/version-constraint.ts";
import { API } from "../process/handshake.ts";
import { describePlugin, type DescribeOptions, type Description } from "./description.ts";
import type { FactsCache } from "./facts-cache.ts";
import { parsePluginFileName, type PluginFileName, type Target } from "./file-name.ts";

/** A binary that may be used. */
export interface InstalledPlugin {
  readonly path: string;
  /** From its folder: `github.com/hashicorp/docker`. */
  readonly source: string;
  /** Its own short name: `docker`. */
  readonly name: string;
  /** `1.2.3`, `1.2.3-dev`. */
  readonly version: string;
  readonly sha256: string;
  readonly description: Description;
}

/** A binary that lies where plugins lie, and is not used: why, as a sentence. */
export interface RefusedPlugin {
  readonly path: string;
  readonly source: string;
  readonly reason: string;
}

export interface Candidate {
  readonly path: string;
  readonly fileName: string;
  readonly source: string;
}

export interface CheckOptions extends DescribeOptions {
  readonly target: Target;
  readonly cache: FactsCache;
}

/** The file beside a binary that holds its SHA-256: 64 hexadecimal digits and nothing else. */
export const sumFileOf = (path: string): string => `${path}_SHA256SUM`;

/**
 * Checks a binary as Packer does: name, sum, then what it says of itself; it is run only when its sum is right. What was
 * found out before about the same file is not found out again.
 */
export async function checkBinary(
  { path, fileName, source }: Candidate,
  options: CheckOptions,
): Promise<InstalledPlugin | RefusedPlugin> {
  const refuse = (reason: string): RefusedPlugin => ({ path, source, reason });
  const named = parsePluginFileName(fileName, options.target);
  if ("problem" in named) return refuse(named.problem);
  const { known, remember } = await options.cache.look(path);
  const sha256 = known?.sha256 ?? (await hashFile(path, "sha256", { signal: options.signal })).hex;
  const sumProblem = await checkSum(path, sha256);
  if (sumProblem !== undefined) return refuse(sumProblem);
  const description = known?.description ?? (await describePlugin(path, options));
  if ("problem" in description) return refuse(description.problem);
  const problem = disagreement(named, description);
  if (problem !== undefined) return refuse(problem);
  if (known?.description === undefined) await remember({ sha256, description });
  return { path, source, name: named.name, version: named.version, sha256, description };
}

async function checkSum(path: string, sha256: string): Promise<string | undefined> {
  const sum = await readFile(sumFileOf(path), "utf8").catch(() => undefined);
  if (sum === undefined) return "The file with its SHA-256 is missing (its own name, and _SHA256SUM).";
  if (sum.trim().toLowerCase() === sha256) return undefined;
  return "It is not the file that was installed: its SHA-256 is another than the one beside it.";
}

/** What a plugin says of itself has to be what its name says. */
function disagreement({ version, api }: PluginFileName, description: Description): string | undefined {
  if (versionParts(description.version) === undefined) {
    return `It says that its version is "${description.version}", which is none.`;
  }
  if (compareVersions(version, description.version) !== 0) {
    return `Its name says version ${version}, and itself ${description.version}.`;
  }
  if (description.api !== api) return `Its name says ${api}, and itself ${description.api}.`;
  return apiProblem(api);
}

/** Why a plugin with this version of the interface cannot be used. */
export function apiProblem(api: string): string | undefined {
  const [, major, minor] = /^x(\d+)\.(\d+)$/.exec(api) ?? [];
  if (Number(major) === API.major && Number(minor) <= API.minor) return undefined;
  return `It speaks version ${api.slice(1)} of Packer's plugin protocol; imgbuild speaks ${API.major}.${API.minor}.`;
}
