import {
  choice,
  defaultText,
  duration,
  flag,
  integer,
  late,
  list,
  sensitive,
  text,
} from "../../../../sdk/schema/field.ts";
import { exactlyOne, requires, rule } from "../../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigOf } from "../../../../sdk/schema/schema.ts";
import { scriptNotRun } from "../../scripts/names-script.ts";
import { lateEnvironmentFields, lateEnvironmentRule } from "../windows-script.ts";

const policies = [
  "bypass",
  "allsigned",
  "default",
  "remotesigned",
  "restricted",
  "undefined",
  "unrestricted",
  "none",
] as const;

const scriptFields = {
  inline: list(text("A line of PowerShell."), "Commands to run, as the lines of one script.").optional(),
  script: text("PowerShell script of this computer to run in the machine.").optional(),
  scripts: list(
    text("A script."),
    "PowerShell scripts of this computer to run in the machine, in this order.",
  ).optional(),
  ...lateEnvironmentFields,
  env_var_format: defaultText(
    text("How one variable is written, as PowerShell, with `%s` for its name and for its value."),
    'variables are set, not written: no value becomes part of a script. With an `execute_command`: `$env:%s="%s"; `',
  ).optional(),
  valid_exit_codes: list(integer("An exit status."), "Exit statuses that count as success.").default([0]),
  binary: flag("Without effect: scripts are always copied byte for byte.").default(false),
};

const runFields = {
  remote_path: defaultText(
    text("Path of the script in the machine while it runs. With a slash at its end it is a directory."),
    "a name nobody can guess in `C:/Windows/Temp`",
  ).optional(),
  remote_env_var_path: defaultText(
    text("Path of the file with the environment, for an `execute_command` of your own."),
    "a name nobody can guess in `C:/Windows/Temp`",
  ).optional(),
  execute_command: defaultText(
    late(
      "any",
      "The command that runs a script. `{{ .Path }}` is the script in the machine, `{{ .Vars }}` the file that sets the environment.",
    ),
    "one PowerShell that receives the script, runs it and removes it",
  ).optional(),
  execution_policy: choice(policies, "PowerShell's policy for the script. `none` leaves it to the machine.").default(
    "bypass",
  ),
  use_pwsh: flag("Use `pwsh` (PowerShell 7) instead of `powershell`.").default(false),
  debug_mode: integer("Trace what the scripts do (`Set-PSDebug -Trace`): 0 to 2.").min(0).max(2).default(0),
  skip_clean: flag("Leave the scripts in the machine.").default(false),
  start_retry_timeout: duration(
    "How long to go on trying to bring the script into the machine and to start it.",
  ).default(300_000),
  pause_after: duration("How long to wait after this provisioner.").default(0),
};

const elevatedFields = {
  elevated_user: late(
    "any",
    "Run the scripts as a scheduled task of this user, with all rights, as if logged on: what Windows Update and some installers need. `SYSTEM` needs no password.",
  ).optional(),
  elevated_password: sensitive(late("any", "That user's password.")).optional(),
  elevated_execute_command: defaultText(
    late("any", "As `execute_command`, for elevated scripts."),
    "as for other scripts",
  ).optional(),
  elevated_env_var_format: defaultText(
    text("As `env_var_format`, for elevated scripts."),
    "as for other scripts",
  ).optional(),
};

const fields = { ...scriptFields, ...runFields, ...elevatedFields };

function commandRunsScript(argument: "execute_command" | "elevated_execute_command") {
  return rule(fields, [argument, "remote_path"], ({ [argument]: command, remote_path: path }) =>
    scriptNotRun({ argument, command: command?.text, values: ["Path"], path }),
  );
}

export const schema = defineSchema(fields, {
  rules: [
    exactlyOne("inline", "script", "scripts"),
    lateEnvironmentRule,
    requires("elevated_password", "elevated_user"),
    commandRunsScript("execute_command"),
    commandRunsScript("elevated_execute_command"),
  ],
});

export type PowershellConfig = ConfigOf<typeof schema>;
