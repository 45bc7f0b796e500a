import { parseKeystrokes } from "../../lib/keystrokes.ts";
import type { LateTemplate, MayUse } from "../late-template.ts";
import { defaultText, duration, flag, late, list } from "./field.ts";
import { error, rule, warning } from "./rules.ts";
import { httpFields } from "./http.ts";
import type { ConfigIssue, DecodedFields } from "./schema.ts";

/** What templates may use that are rendered before the machine runs. */
export const MACHINE_VALUES = ["HTTPIP", "HTTPPort", "Name", "SSHPublicKey"] as const;
export type MachineTemplate = LateTemplate<(typeof MACHINE_VALUES)[number]>;
export type MachineValues = Readonly<Record<(typeof MACHINE_VALUES)[number], string | number>>;

/** Typing at a machine that has no network yet. */
export const bootFields = {
  boot_wait: duration("How long to wait after power-on before typing. Negative means not at all.").default(10_000),
  boot_command: list(
    late(MACHINE_VALUES, "What to type."),
    "What to type once `boot_wait` is over, the elements one after the other. `<enter>`, `<esc>`, `<f2>`, `<leftCtrlOn>` and the like are keys, " +
      "`<wait>`, `<wait5>`, `<wait1m30s>` are pauses, everything else is typed as it stands, on a US keyboard. " +
      "`{{ .HTTPIP }}`, `{{ .HTTPPort }}`, `{{ .Name }}` and `{{ .SSHPublicKey }}` are known.",
  ).optional(),
  boot_keygroup_interval: duration(
    "Pause after each group of keys: an element of `boot_command`, or a call of the hypervisor's tool.",
  )
    .min(0)
    .optional(),
} as const;

/** For builders that type through VNC or QMP, key by key. */
export const keyIntervalFields = {
  boot_key_interval: defaultText(
    duration(
      "Least time from key to key. The default waits until the guest has taken each key, where the hypervisor can tell. " +
        "`PACKER_KEY_INTERVAL` in the environment is used where this is not set.",
    )
      .min(0)
      .optional(),
    "as fast as the guest reads",
  ),
  disable_vnc: flag("Have no VNC server.").default(false),
} as const;

/** What a boot command types of the HTTP server. */
const HTTP_VALUES = ["HTTPIP", "HTTPPort"] as const;

/** Keys that lead the guest to an HTTP server that there is not. */
export function missingServerIssues(
  commands: readonly (readonly [MayUse<(typeof HTTP_VALUES)[number]>, ConfigIssue["path"]])[],
  { http_directory, http_content }: DecodedFields<typeof httpFields, "http_directory" | "http_content">,
): readonly ConfigIssue[] {
  if (http_directory !== undefined || http_content !== undefined) return [];
  const asking = commands.find(([command]) => command.uses(...HTTP_VALUES));
  return asking ? [warning("no-http-server", asking[1], "No HTTP server", NO_SERVER)] : [];
}

const NO_SERVER =
  "The guest is sent to the HTTP server of the build, and there is none: set http_directory or http_content.";

const bootAndHttpFields = { ...bootFields, ...httpFields };

export const bootRules = [
  rule(
    bootAndHttpFields,
    ["boot_command", "http_directory", "http_content"],
    ({ boot_command: commands = [], ...http }) =>
      missingServerIssues(
        commands.map((command, index) => [command, ["boot_command", index]]),
        http,
      ),
  ),
  rule(bootFields, ["boot_command"], ({ boot_command: commands = [] }) =>
    commands.flatMap((command, index) => keystrokeIssues(command, ["boot_command", index])),
  ),
];

/** What is wrong with one element, before its `{{ }}` are rendered. Also for arguments of the same kind under other names. */
export function keystrokeIssues(command: LateTemplate, path: ConfigIssue["path"]): readonly ConfigIssue[] {
  const { problems } = parseKeystrokes(command.text, { opaque: templateAction });
  return problems.map(({ severity, offset, length, message, meant }) => {
    const issue = { ...reports[severity](path, message), within: { start: offset, end: offset + length } };
    return meant === undefined ? issue : { ...issue, fix: { kind: "replace", part: "text", text: meant } };
  });
}

const reports = {
  error: (path: ConfigIssue["path"], detail: string) => error("cannot-be-typed", path, "Cannot be typed", detail),
  warning: (path: ConfigIssue["path"], detail: string) => warning("unknown-key", path, "Unknown key", detail),
};

const templateAction = /\{\{.*?\}\}/sy;
