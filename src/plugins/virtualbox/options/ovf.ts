import { bootFields, bootRules } from "../../../sdk/schema/boot.ts";
import { list, text } from "../../../sdk/schema/field.ts";
import { downloadUrlIssues } from "../../../sdk/schema/download-url.ts";
import { checksumIssues } from "../../../sdk/schema/iso.ts";
import { rule } from "../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";
import { commonFields, commonRenamed, commonRules, nameField } from "./common.ts";
import { exportFields } from "./virtualbox.ts";

const importFields = {
  source_path: text("The `.ovf` or `.ova` to start from: a path, or an `http`, `https` or `file` URL."),
  checksum: text(
    "What `source_path` has to be: `sha256:DIGITS`, the digits alone, `file:URL` of a checksum file, or `none`.",
  ),
  target_path: text("Where to keep a downloaded appliance; by default in the cache.").optional(),
  import_flags: list(text("An argument."), "Further arguments of `VBoxManage import`.").default([]),
  import_opts: text("The `--options` of `VBoxManage import`, e.g. `keepallmacs`.").optional(),
};

const importRules = [
  rule(importFields, ["checksum"], ({ checksum }) => checksumIssues(checksum, "checksum")),
  rule(importFields, ["source_path"], ({ source_path: path }) => downloadUrlIssues(path, ["source_path"])),
];

/** Every argument of a `virtualbox-ovf` source. */
export const schema = defineSchema(
  { ...importFields, ...commonFields, ...bootFields, ...exportFields, ...nameField },
  { renamed: commonRenamed, rules: [...commonRules, ...bootRules, ...importRules] },
);

export type OvfBuilderConfig = ConfigOf<typeof schema>;
