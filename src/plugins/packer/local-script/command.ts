import type { Host } from "../../../sdk/host.ts";
import { commandWithVariables } from "../scripts/command-with-variables.ts";
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
  const shell = isWindows ? cmd : posixShell;
  const path = isWindows && config.use_linux_pathing ? linuxPath(script) : script;
  if (config.execute_command === undefined) {
    return command([...shell.call, ...shell.run(path)], Object.fromEntries(variables));
  }
  const format = config.env_var_format ?? shell.variable;
  const words = config.execute_command.map((word) => {
    const render = (vars: string) => word.render({ Vars: vars, Script: path, Command: path });
    if (isWindows) return render(formatEnvironment(variables, format));
    return commandWithVariables(render, { pairs: variables, format });
  });
  if (words.length === 1) return command([...shell.call, ...words], {});
  return command(words, {});
}

function command([program = "", ...args]: readonly string[], env: LocalCommand["env"]): LocalCommand {
  return { program, args, env };
}

interface Shell {
  /** Runs the line that follows. */
  readonly call: readonly string[];
  /** How it sets one variable for a command. */
  readonly variable: string;
  /** The line, and its arguments, that run a script. */
  readonly run: (script: string) => readonly string[];
}

/** A shell in between, because a script without a first line `#!` is a shell script. `$0` keeps any file name whole. */
const posixShell: Shell = {
  call: ["/bin/sh", "-c"],
  variable: "%s='%s' ",
  run: (script) => ['"$0"', script],
};

const cmd: Shell = {
  call: ["cmd", "/V", "/C"],
  variable: 'set "%s=%s" && ',
  run: (script) => ["call", script],
};

/** `C:\dir\x.sh` as the Windows Subsystem for Linux sees it: `/mnt/c/dir/x.sh`. */
function linuxPath(path: string): string {
  return path.replace(/^([A-Za-z]):/, (_, drive: string) => `/mnt/${drive.toLowerCase()}`).replaceAll("\\", "/");
}
