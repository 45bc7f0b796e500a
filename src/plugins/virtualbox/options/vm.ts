import { bootFields, bootRules } from "../../../sdk/schema/boot.ts";
import { flag, text } from "../../../sdk/schema/field.ts";
import { error, rule } from "../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigIssue, type ConfigOf, type DecodedFields } from "../../../sdk/schema/schema.ts";
import { commonFields, commonRenamed, commonRules } from "./common.ts";
import { exportFields } from "./virtualbox.ts";

const snapshotFields = {
  vm_name: text("Name of the machine in VirtualBox to work with. It stays, whatever becomes of the build."),
  attach_snapshot: text(
    "Snapshot to go back to before the machine is started: its name, or a path of names such as `base/updated`.",
  ).optional(),
  target_snapshot: text("Name of a snapshot to take of the finished machine.").optional(),
  force_delete_snapshot: flag("Delete the snapshot named by `target_snapshot` first, if there is one.").default(false),
};

/** Every argument of a `virtualbox-vm` source. */
export const schema = defineSchema(
  { ...commonFields, ...bootFields, ...exportFields, ...snapshotFields },
  { renamed: commonRenamed, rules: [...commonRules, ...bootRules, rule(snapshotFields, ["vm_name"], nameIsGiven)] },
);

export type VmBuilderConfig = ConfigOf<typeof schema>;

function nameIsGiven({ vm_name: name }: DecodedFields<typeof snapshotFields, "vm_name">): ConfigIssue[] {
  if (name !== "") return [];
  return [error("missing-argument", ["vm_name"], "Missing argument", '"vm_name" must name a machine of VirtualBox.')];
}
