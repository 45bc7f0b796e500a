import { join } from "node:path";
import { inspect } from "node:util";
import { ensureDirectory } from "../../lib/ensure-directory.ts";
import { writeFileAtomic } from "../../lib/atomic-file.ts";
import type { Host } from "../../sdk/host.ts";
import { stateDirectory } from "./state-directory.ts";
import { nodeVersion } from "../../lib/this-process.ts";

export interface CrashFacts {
  readonly error: unknown;
  readonly version: string;
  /** Names of flags and the command only: values may be secret. */
  readonly command: string;
  readonly runId?: string | undefined;
  /** Everything in the report goes through it. */
  readonly redactText: (text: string) => string;
}

/**
 * Writes what a report of an internal bug needs (version, platform, stack; no environment, no arguments' values) to a
 * file in the state directory that only its owner can read. Returns its path, or `undefined` where it cannot be
 * written.
 */
export async function writeCrashReport(host: Host, facts: CrashFacts): Promise<string | undefined> {
  const time = new Date(host.clock.now()).toISOString();
  const directory = join(stateDirectory(host), "crashes");
  const path = join(directory, `${time.replaceAll(":", "")}-${host.pid}.txt`);
  const report = [
    `imgbuild ${facts.version} on Node ${nodeVersion}, ${host.platform}`,
    `time     ${time}`,
    `command  ${facts.command}`,
    ...(facts.runId === undefined ? [] : [`run      ${facts.runId}`]),
    "",
    inspect(facts.error, { depth: 4 }),
    "",
  ];
  try {
    await ensureDirectory(directory, 0o700);
    await writeFileAtomic(path, facts.redactText(report.join("\n")), { mode: 0o600 });
    return path;
  } catch {
    return undefined;
  }
}
