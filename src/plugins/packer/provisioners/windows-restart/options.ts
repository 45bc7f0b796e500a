import { defaultText, duration, flag, list, text } from "../../../../sdk/schema/field.ts";
import { defineSchema, type ConfigOf } from "../../../../sdk/schema/schema.ts";

export const schema = defineSchema({
  restart_command: defaultText(
    text("Restarts the machine. The exit statuses 0, 1115 and 1190 count as success."),
    "`shutdown /r /f /t 0`",
  ).optional(),
  restart_check_command: defaultText(
    text("Has to succeed before the machine counts as usable; what it prints is shown."),
    "none: that PowerShell answers is enough",
  ).optional(),
  restart_timeout: duration("How long the machine may take until it can be used again.").default(300_000),
  check_registry: flag("Wait as well until Windows has no restart pending (`registry_keys`).").default(false),
  registry_keys: list(text("A key."), "Keys that exist as long as a restart is pending.").default([
    "HKLM:SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending",
    "HKLM:SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\PackagesPending",
    "HKLM:Software\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootInProgress",
  ]),
});

export type WindowsRestartConfig = ConfigOf<typeof schema>;
