import type { Host } from "../../../sdk/host.ts";
import type { LocalScriptConfig } from "./options.ts";

/** As `only_on` calls the system. */
export function systemName(platform: Host["platform"]): string {
  return NAMES[platform] ?? platform;
}

/** Whether the scripts are to be run on this system at all. */
export function runsOn(platform: Host["platform"], { only_on: names }: Pick<LocalScriptConfig, "only_on">): boolean {
  return names.length === 0 || names.some((name) => name === systemName(platform));
}

/** Where they are not Node's own. */
const NAMES: Readonly<Record<string, string>> = { win32: "windows", sunos: "solaris" };
