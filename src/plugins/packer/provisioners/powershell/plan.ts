import { randomBytes } from "node:crypto";
import type { GeneratedData } from "../../../../sdk/component.ts";
import type { LateTemplate } from "../../../../sdk/late-template.ts";
import type { EnvironmentPairs } from "../../scripts/script-environment.ts";
import { powershellQuote } from "../../../../sdk/windows/powershell.ts";
import {
  elevatedRemoval,
  prepareElevated,
  prepareScript,
  type PreparedCommand,
} from "../../../../steps/windows/run-program.ts";
import { remotePathFor, type WindowsScript } from "../windows-script.ts";
import type { PowershellConfig } from "./options.ts";

export interface PlanOptions {
  readonly script: WindowsScript;
  readonly environment: EnvironmentPairs;
  readonly data: GeneratedData;
}

/** One way to run one script. */
export interface Plan {
  /** Of the script in the machine. */
  readonly path: string;
  /** Copied before; empty where the command brings all with it. */
  readonly uploads: readonly { readonly path: string; readonly content: Buffer }[];
  readonly prepared: PreparedCommand;
  /** Removes what could be left when the script did not end properly; read by cmd.exe or PowerShell. */
  readonly removal: string | undefined;
}

const TEMPORARY = "C:/Windows/Temp";

export function planScript(config: PowershellConfig, options: PlanOptions): Plan {
  const { elevated_user: user } = config;
  if (user !== undefined && user.text !== "") return planElevated(config, user, options);
  const { execute_command: own } = config;
  return own === undefined ? planUsual(config, options) : planOwnCommand(config, own, options);
}

/** One PowerShell does it all. */
function planUsual(config: PowershellConfig, { script, environment }: PlanOptions): Plan {
  const path = scriptPath(config, script);
  const { env_var_format: format } = config;
  const prepared = prepareScript(
    {
      path,
      content: script.content,
      keep: config.skip_clean,
      environment: format === undefined ? environment : [],
      settings: format === undefined ? undefined : formatSettings(environment, format),
      trace: config.debug_mode,
    },
    { executable: executable(config), executionPolicy: policy(config) },
  );
  return { path, uploads: [], prepared, removal: config.skip_clean ? undefined : removal([path]) };
}

/** Files, and the user's command that runs them. */
function planOwnCommand(config: PowershellConfig, own: LateTemplate, options: PlanOptions): Plan {
  const path = scriptPath(config, options.script);
  const variables = environmentPath(config);
  const settings = formatSettings(options.environment, config.env_var_format ?? USUAL_FORMAT);
  const command = own.render({ ...options.data, Path: path, Vars: variables });
  return {
    path,
    uploads: [
      { path: variables, content: Buffer.from(`\ufeff${settings}`) },
      { path, content: options.script.content },
    ],
    prepared: { command, stdin: "" },
    removal: config.skip_clean ? undefined : removal([path, variables]),
  };
}

function planElevated(config: PowershellConfig, user: LateTemplate, { script, environment, data }: PlanOptions): Plan {
  const id = randomBytes(8).toString("hex");
  const [taskName, directory] = [`imgbuild-${id}`, `${TEMPORARY}/imgbuild-${id}`];
  const path = `${directory}/script.ps1`;
  const format = config.elevated_env_var_format ?? config.env_var_format;
  const own = config.elevated_execute_command;
  const asText = format !== undefined || own !== undefined;
  const settings = asText ? formatSettings(environment, format ?? USUAL_FORMAT) : "";
  const command = own?.render({ ...data, Path: path, Vars: `${directory}/environment.ps1` });
  const prepared = prepareElevated({
    user: user.render(data),
    password: config.elevated_password?.render(data) ?? "",
    taskName,
    directory,
    files: {
      "script.ps1": script.content,
      "environment.ps1": Buffer.from(`\ufeff${settings}`),
      // As data, so that no value is seen where PowerShell logs the text of scripts.
      "environment.txt": Buffer.from(asText ? "" : environmentData(environment)),
      "run.ps1": Buffer.from(elevatedRunner(config.debug_mode)),
    },
    command: command ?? runFile(config, `${directory}/run.ps1`),
  });
  return { path, uploads: [], prepared, removal: elevatedRemoval({ taskName, directory }) };
}

function environmentData(environment: EnvironmentPairs): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return environment.map(([name, value]) => `${base64(name)} ${base64(value)}\n`).join("");
}

/** Stands beside the script: sets the environment, removes what held it, runs the script. */
export function elevatedRunner(trace: number): string {
  return [
    "$ProgressPreference='SilentlyContinue'",
    "$imgbuildHere=Split-Path -Parent $MyInvocation.MyCommand.Path",
    "function Get-ImgbuildText($b){[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($b))}",
    'foreach($imgbuildLine in [IO.File]::ReadAllLines("$imgbuildHere\\environment.txt")){',
    "$imgbuildWords=$imgbuildLine.Split(' ')",
    "[Environment]::SetEnvironmentVariable((Get-ImgbuildText $imgbuildWords[0]),(Get-ImgbuildText $imgbuildWords[1]))}",
    '[IO.File]::Delete("$imgbuildHere\\environment.txt")',
    '. "$imgbuildHere\\environment.ps1"',
    ...(trace === 0 ? [] : [`Set-PSDebug -Trace ${trace}`]),
    '& "$imgbuildHere\\script.ps1"',
    "exit $LASTEXITCODE",
    "",
  ].join("\r\n");
}

function runFile(config: PowershellConfig, path: string): string {
  const chosen = policy(config);
  const words = chosen === undefined ? "" : ` -ExecutionPolicy ${chosen}`;
  return `${executable(config)} -NoProfile -NonInteractive${words} -File "${path}"`;
}

/** Packer's own way of writing a variable. */
const USUAL_FORMAT = '$env:%s="%s"; ';

/** Text that is safe between the double quotes of the usual format. */
function formatSettings(environment: EnvironmentPairs, format: string): string {
  return environment
    .map(([name, value]) => {
      const words = [name, value.replace(/[$"`']/g, "`$&")];
      return format.replace(
        /%[sv]|%\[([12])\][sv]/g,
        (_, index?: string) => (index ? words[Number(index) - 1] : words.shift()) ?? "",
      );
    })
    .join("");
}

/** Fails where a line fails outright, or where the last program that ran did. */
export function inlineScript(lines: readonly string[]): string {
  return [
    "$ProgressPreference='SilentlyContinue'",
    "$imgbuildStatus=0",
    "try{",
    ...lines,
    "}catch{",
    "[Console]::Error.WriteLine([string]$_+[string]$_.InvocationInfo.PositionMessage)",
    "$imgbuildStatus=1",
    "}",
    "if($LASTEXITCODE){$imgbuildStatus=$LASTEXITCODE}",
    "exit $imgbuildStatus",
    "",
  ].join("\r\n");
}

function scriptPath(config: PowershellConfig, script: WindowsScript): string {
  const random = `${TEMPORARY}/script-${randomBytes(8).toString("hex")}.ps1`;
  return config.remote_path === undefined ? random : remotePathFor(config.remote_path, script.name);
}

function environmentPath(config: PowershellConfig): string {
  return config.remote_env_var_path ?? `${TEMPORARY}/imgbuild-env-${randomBytes(8).toString("hex")}.ps1`;
}

function executable({ use_pwsh }: PowershellConfig): string {
  return use_pwsh ? "pwsh" : "powershell";
}

function policy({ execution_policy }: PowershellConfig): string | undefined {
  return execution_policy === "none" ? undefined : execution_policy;
}

/** Works under cmd.exe and under PowerShell. */
function removal(paths: readonly string[]): string {
  const quoted = paths.map((path) => powershellQuote(path)).join(",");
  return `powershell -NoProfile -NonInteractive -Command "Remove-Item -Force -ErrorAction SilentlyContinue -LiteralPath ${quoted}"`;
}
