import { communicatorFields, communicatorRenamed, communicatorRules } from "../../../../sdk/schema/communicator.ts";
import { blocks, flag, list, text } from "../../../../sdk/schema/field.ts";
import { error, rule, warning } from "../../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigOf } from "../../../../sdk/schema/schema.ts";
import { accessFields, accessRules } from "../../aws/options/access.ts";
import { tagFields } from "../../aws/options/tags.ts";
import { blockDeviceFields, blockDeviceRules } from "./block-device.ts";
import { enhancedNetworkingFields, enhancedNetworkingRenamed, spotIsNotModified } from "./enhanced-networking.ts";
import { runRules } from "./run-rules.ts";
import { runFields, runRenamed } from "./run.ts";

const volumeFields = {
  ...blockDeviceFields,
  ...tagFields("tag", "the volume"),
  snapshot_volume: flag("Make a snapshot of the volume.").default(false),
  ...tagFields("snapshot_tag", "the snapshot"),
  snapshot_users: list(text("An account id."), "Accounts that may use the snapshot.").default([]),
  snapshot_groups: list(text("A group."), "Groups that may use the snapshot.").default([]),
  snapshot_description: text("Description of the snapshot.").optional(),
};

const OF_SNAPSHOT = ["snapshot_tags", "snapshot_tag", "snapshot_users", "snapshot_groups"] as const;

const volume = defineSchema(volumeFields, {
  rules: [
    ...blockDeviceRules,
    rule(volumeFields, ["snapshot_volume", "snapshot_description"], (args) => {
      if (args.snapshot_volume || !args.snapshot_description) return [];
      const detail = "snapshot_description describes a snapshot that is not made. Set snapshot_volume = true.";
      return [error("missing-argument", ["snapshot_description"], "Missing argument", detail)];
    }),
    rule(volumeFields, ["snapshot_volume", ...OF_SNAPSHOT], (args) => {
      if (args.snapshot_volume) return [];
      const idle = OF_SNAPSHOT.filter((name) => Object.keys(args[name]).length > 0);
      return idle.map((name) => {
        const detail = `${name} has an effect only with snapshot_volume = true.`;
        return warning("ignored-argument", [name], "Ignored argument", detail);
      });
    }),
  ],
});

export const schema = defineSchema(
  {
    ...accessFields,
    ...communicatorFields,
    ...runFields,
    ...enhancedNetworkingFields,
    ebs_volumes: blocks(volume, "A volume to make. It stays, unless `delete_on_termination` is set.").default([]),
  },
  {
    rules: [...accessRules, ...communicatorRules(), ...runRules, spotIsNotModified],
    renamed: { ...communicatorRenamed, ...runRenamed, ...enhancedNetworkingRenamed },
  },
);
export type EbsvolumeConfig = ConfigOf<typeof schema>;
export type NewVolume = EbsvolumeConfig["ebs_volumes"][number];
