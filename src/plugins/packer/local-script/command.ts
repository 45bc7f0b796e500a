import type { Host } from "../../../sdk/host.ts";
import { formatEnvironment, type EnvironmentPairs } from "../scripts/script-environment.ts";
import type { LocalScriptConfig } from "./options.ts";

export interface LocalCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Beyond what every child gets. */
  readonly env: Readonly<Record<string, string>>;
}

/** The command that runs one script. */
export function commandFor(
  platform: Host["platform"],
  config: LocalScriptConfig,
  variables: EnvironmentPairs,
  script: string,
): LocalCommand {
  const isWindows = platform === "win32";
  const path = isWindows && config.use_linux_pathing ? linuxPath(script) : script;
  if (config.execute_command === undefined) return defaultCommand(isWindows, path, Object.fromEntries(variables));
  const format = config.env_var_format ?? (isWindows ? 'set "%s=%s" && ' : "%s='%s' ");
  const values = { Vars: formatEnvironment(variables, format), Script: path, Command: path };
  const words = config.execute_command.map((word) => word.render(values));
  const [program, ...args] = words.length === 1 ? [...shell(isWindows), words[0]!] : words;
  return { program: program ?? "", args, env: {} };
}

/** A shell in between, because a script without a first line `#!` is a shell script. `$0` keeps any file name whole. */
function defaultCommand(isWindows: boolean, script: string, env: Readonly<Record<string, string>>): LocalCommand {
  const [program, ...args] = shell(isWindows);
  return { program: program!, args: isWindows ? [...args, "call", script] : [...args, '"$0"', script], env };
}

const shell = (isWindows: boolean): string[] => (isWindows ? ["cmd", "/V", "/C"] : ["/bin/sh", "-c"]);

/** `C:\dir\x.sh` as the Windows Subsystem for Linux sees it: `/mnt/c/dir/x.sh`. */
function linuxPath(path: string): string {
  return path.replace(/^([A-Za-z]):/, (_, drive: string) => `/mnt/${drive.toLowerCase()}`).replaceAll("\\", "/");
}
