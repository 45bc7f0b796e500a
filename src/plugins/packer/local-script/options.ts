import { choice, defaultText, deprecated, flag, integer, late, list, text } from "../../../sdk/schema/field.ts";
import { exactlyOne, rule } from "../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";
import { scriptEnvironmentFields, scriptEnvironmentRule } from "../scripts/environment-fields.ts";
import { scriptNotRun } from "../scripts/names-script.ts";

const fields = {
  inline: list(text("A command line."), "Commands to run, as the lines of one script.").optional(),
  script: text("A script to run.").optional(),
  scripts: list(text("A script."), "Scripts to run, in this order.").optional(),
  command: deprecated(text("A single command."), 'use "inline"').optional(),
  ...scriptEnvironmentFields,
  env_var_format: defaultText(
    text("How `{{ .Vars }}` writes one variable, with `%s` for its name and for its value."),
    "`%s='%s' `, on Windows `set \"%s=%s\" && `",
  ).optional(),
  execute_command: defaultText(
    list(
      late(["Vars", "Script", "Command"], "A word of the command."),
      "The command that runs a script, word by word. `{{ .Script }}` is the script, `{{ .Vars }}` the environment. A single word is given to the shell. Without it the environment is handed over where no list of processes shows it.",
    ),
    '`["/bin/sh", "-c", "{{ .Vars }} {{ .Script }}"]`',
  ).optional(),
  inline_shebang: defaultText(text("Interpreter of `inline`."), "`/bin/sh -e`").optional(),
  only_on: list(
    choice(["darwin", "freebsd", "linux", "openbsd", "solaris", "windows"], "An operating system."),
    "Run only when imgbuild runs on one of these systems; do nothing on others.",
  ).default([]),
  tempfile_extension: defaultText(
    text("Extension of the file that `inline` is written to."),
    "none; on Windows `.cmd`",
  ).optional(),
  use_linux_pathing: flag("On Windows: write the path of the script as the Windows Subsystem for Linux does.").default(
    false,
  ),
  valid_exit_codes: list(integer("An exit status."), "Exit statuses that count as success.").default([0]),
};

const commandRunsScript = rule(fields, ["execute_command"], ({ execute_command: words }) => {
  const command = words?.map((word) => word.text);
  return scriptNotRun({ argument: "execute_command", command, values: ["Script", "Command"] });
});

/** The options of `shell-local`, which is a provisioner and a post-processor. */
export const schema = defineSchema(fields, {
  rules: [exactlyOne("inline", "script", "scripts", "command"), scriptEnvironmentRule, commandRunsScript],
});

export type LocalScriptConfig = ConfigOf<typeof schema>;
