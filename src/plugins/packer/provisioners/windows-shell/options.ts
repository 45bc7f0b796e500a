import { defaultText, duration, flag, integer, late, list, text } from "../../../../sdk/schema/field.ts";
import { exactlyOne, rule } from "../../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigOf } from "../../../../sdk/schema/schema.ts";
import { scriptEnvironmentFields, scriptEnvironmentRule } from "../../scripts/environment-fields.ts";
import { scriptNotRun } from "../../scripts/names-script.ts";

const fields = {
  inline: list(text("A command line."), "Commands to run, as the lines of one batch file.").optional(),
  script: text("Batch file of this computer to run in the machine.").optional(),
  scripts: list(text("A batch file."), "Batch files of this computer to run in the machine, in this order.").optional(),
  ...scriptEnvironmentFields,
  env_var_format: defaultText(
    text("How one variable is written in `execute_command`, with `%s` for its name and for its value."),
    '`set "%s=%s" && `',
  ).optional(),
  remote_path: defaultText(
    text("Path of the batch file in the machine while it runs. With a slash at its end it is a directory."),
    "a name nobody can guess in `C:/Windows/Temp`",
  ).optional(),
  execute_command: defaultText(
    late(
      ["Path", "Vars"],
      "The command that runs a batch file. `{{ .Path }}` is the file in the machine, `{{ .Vars }}` the environment. Its values then stand on a command line.",
    ),
    "`cmd.exe`, with the environment set",
  ).optional(),
  start_retry_timeout: duration(
    "How long to go on trying to bring the batch file into the machine and to start it.",
  ).default(300_000),
  valid_exit_codes: list(integer("An exit status."), "Exit statuses that count as success.").default([0]),
  binary: flag("Copy the files byte for byte, instead of with Windows line ends.").default(false),
};

export const schema = defineSchema(fields, {
  rules: [
    exactlyOne("inline", "script", "scripts"),
    scriptEnvironmentRule,
    rule(fields, ["execute_command", "remote_path"], ({ execute_command: command, remote_path: path }) =>
      scriptNotRun({ argument: "execute_command", command: command?.text, values: ["Path"], path }),
    ),
  ],
});

export type WindowsShellConfig = ConfigOf<typeof schema>;
