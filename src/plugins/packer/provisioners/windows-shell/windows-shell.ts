import { randomBytes } from "node:crypto";
import type { Machine, Provisioner } from "../../../../sdk/component.ts";
import { runGuestCommand, type GuestCommandResult } from "../../../../steps/guest-command.ts";
import type { Run } from "../../../../sdk/run.ts";
import { scriptEnvironment, type EnvironmentPairs } from "../../scripts/script-environment.ts";
import { tidyGuest } from "../../../../steps/tidy-guest.ts";
import { prepareFile } from "../../../../steps/windows/run-program.ts";
import {
  checkEnd,
  readWindowsScripts,
  remotePathFor,
  startAgain,
  startPrepared,
  type WindowsScript,
} from "../windows-script.ts";
import { schema, type WindowsShellConfig } from "./options.ts";
import { ofScripts } from "../../scripts/script-files.ts";

export const provisioner: Provisioner<WindowsShellConfig> = {
  kind: "provisioner",
  type: "windows-shell",
  summary: "Runs batch files in a Windows machine.",
  schema,
  ...ofScripts,
  async provision(run, config, machine) {
    const ofLines = (lines: readonly string[]) => `${lines.join("\r\n")}\r\n`;
    for (const script of await readWindowsScripts(config, run.directories.work, ofLines)) {
      await runOne(run, config, machine, script);
    }
  },
};

async function runOne(run: Run, config: WindowsShellConfig, { communicator, data }: Machine, script: WindowsScript) {
  run.say(`Provisioning with batch file: ${script.name}`);
  const environment = scriptEnvironment(run, data, config);
  const path = pathFor(config, script);
  const content = config.binary ? script.content : windowsLineEnds(script.content);
  const removal = `cmd /c del /f /q "${path.replaceAll("/", "\\")}"`;
  let ended: GuestCommandResult | undefined;
  try {
    ended = await start(run, config, { communicator, environment, path, content });
  } finally {
    const isClean = ended?.result.kind === "exit" && config.execute_command === undefined;
    if (!isClean) await tidyGuest(run, communicator, removal);
  }
  checkEnd(run, { path, name: script.name }, ended, config.valid_exit_codes);
}

/** A command of one's own that does not ask for the path has Packer's in mind. */
function pathFor({ remote_path, execute_command }: WindowsShellConfig, { name }: WindowsScript): string {
  if (remote_path !== undefined) return remotePathFor(remote_path, name);
  if (execute_command !== undefined && !/\.Path\b/.test(execute_command.text)) return "C:/Windows/Temp/script.bat";
  return `C:/Windows/Temp/script-${randomBytes(8).toString("hex")}.bat`;
}

interface Start {
  readonly communicator: Machine["communicator"];
  readonly environment: EnvironmentPairs;
  readonly path: string;
  readonly content: Buffer;
}

function start(run: Run, config: WindowsShellConfig, { communicator, environment, path, content }: Start) {
  const { execute_command: own, start_retry_timeout: timeoutMs } = config;
  if (own === undefined) {
    const programs = ["%ComSpec%"];
    // cmd.exe takes off the outer quotes, and what stands between them as it is.
    const file = { path, content, keep: false, environment, programs, argumentsText: '/d /s /c ""%""' };
    return startPrepared(run, communicator, () => prepareFile(file), timeoutMs);
  }
  const format = config.env_var_format ?? 'set "%s=%s" && ';
  const command = own.render({ Path: path, Vars: formatVariables(environment, format) });
  const attempt = async () => {
    await communicator.upload(content, path, { signal: run.signal });
    return runGuestCommand(run, communicator, command);
  };
  return startAgain(run, attempt, timeoutMs);
}

function formatVariables(environment: EnvironmentPairs, format: string): string {
  return environment
    .map((words) => {
      const left = [...words];
      return format.replace(/%s/g, () => left.shift() ?? "");
    })
    .join("");
}

/** cmd.exe loses labels in files with Unix line ends. What is no text stays as it is. */
export function windowsLineEnds(content: Buffer): Buffer {
  if (content.includes(0)) return content;
  return Buffer.from(content.toString("latin1").replace(/\r?\n/g, "\r\n"), "latin1");
}
