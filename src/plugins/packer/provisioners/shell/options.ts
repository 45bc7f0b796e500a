import { duration, flag, integer, late, list, text, defaultText } from "../../../../sdk/schema/field.ts";
import { atMostOne, exactlyOne, rule } from "../../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigOf } from "../../../../sdk/schema/schema.ts";
import { scriptRefused } from "../../scripts/names-script.ts";
import { scriptEnvironmentFields, scriptEnvironmentRule } from "../../scripts/environment-fields.ts";

const fields = {
  inline: list(text("A command line."), "Commands to run, as the lines of one script.").optional(),
  script: text("Script of this computer to run in the machine.").optional(),
  scripts: list(text("A script."), "Scripts of this computer to run in the machine, in this order.").optional(),
  ...scriptEnvironmentFields,
  env_var_format: defaultText(
    text("How one variable is written, with `%s` for its name and for its value."),
    "`%s='%s' `, in an environment file `export %s='%s'\\n`",
  ).optional(),
  use_env_var_file: flag(
    "Give the environment to `execute_command` as a file, `{{ .EnvVarFile }}`. Without an `execute_command` of your own the environment always travels in a file that only the user may read and that is gone before the script starts.",
  ).default(false),
  execute_command: defaultText(
    late(
      ["Path", "Vars", "EnvVarFile"],
      "The command that runs a script. `{{ .Path }}` is the script in the machine, `{{ .Vars }}` the environment, `{{ .EnvVarFile }}` the file with it.",
    ),
    "`chmod +x {{ .Path }}; {{ .Vars }} {{ .Path }}`",
  ).optional(),
  inline_shebang: defaultText(text("Interpreter of `inline`."), "`/bin/sh -e`").optional(),
  remote_folder: text("Directory in the machine for the script while it runs.").default("/tmp"),
  remote_file: defaultText(text("Name of the script in the machine."), "a name nobody can guess").optional(),
  remote_path: defaultText(text("Path of the script in the machine."), "`remote_folder/remote_file`").optional(),
  start_retry_timeout: duration(
    "How long to go on trying to bring the script into the machine and to start it.",
  ).default(300_000),
  expect_disconnect: flag("The script may end the connection, for example by restarting the machine.").default(false),
  valid_exit_codes: list(integer("An exit status."), "Exit statuses that count as success.").default([0]),
  pause_after: duration("How long to wait after each script.").default(0),
  skip_clean: flag("Leave the script in the machine.").default(false),
  binary: flag("The scripts are programs: copy them byte for byte, instead of with Unix line ends.").default(false),
};

/** A command that does not name the script cannot run it, however well it ends. */
const commandRunsScript = rule(
  fields,
  ["execute_command", "remote_path", "remote_file"],
  ({ execute_command: own, remote_path, remote_file }) =>
    scriptRefused({
      argument: "execute_command",
      command: own?.text,
      values: ["Path"],
      path: remote_path ?? remote_file,
    }),
);

export const schema = defineSchema(fields, {
  rules: [
    exactlyOne("inline", "script", "scripts"),
    atMostOne("remote_path", "remote_file"),
    scriptEnvironmentRule,
    commandRunsScript,
  ],
});

export type ShellConfig = ConfigOf<typeof schema>;
