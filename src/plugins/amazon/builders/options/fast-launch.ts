import { blocks, flag, integer, text } from "../../../../sdk/schema/field.ts";
import { conflict, error, rule } from "../../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigOf } from "../../../../sdk/schema/schema.ts";

const templateFields = {
  template_id: text("Launch template, by id.").optional(),
  template_name: text("Launch template, by name.").optional(),
  template_version: integer("Version of the launch template.").min(1).optional(),
};

const templateIsOne = rule(templateFields, ["template_id", "template_name", "template_version"], (args) => {
  const { template_id: id, template_name: name, template_version: version } = args;
  if (id && name) return [conflict(["template_name"], "A launch template has either template_id or template_name.")];
  if (version === undefined || id || name) return [];
  const detail = "template_version needs template_id or template_name.";
  return [error("missing-argument", ["template_version"], "Missing argument", detail)];
});

const launchTemplate = defineSchema(
  {
    region: text("The region this launch template is for."),
    enable_fast_launch: flag("Whether fast launch is switched on in the region.").default(true),
    ...templateFields,
  },
  { rules: [templateIsOne], renamed: { enable_launch: "enable_fast_launch" } },
);

/** The block `fast_launch`. */
export const fastLaunch = defineSchema(
  {
    enable_fast_launch: flag("Prepare Windows images for fast launch.").default(false),
    ...templateFields,
    region_launch_templates: blocks(launchTemplate, "The launch template of one region.").default([]),
    max_parallel_launches: integer("Instances launched at a time to make snapshots.").min(6).optional(),
    target_resource_count: integer("Snapshots kept ready.").min(1).optional(),
  },
  { rules: [templateIsOne] },
);

export type FastLaunchConfig = ConfigOf<typeof fastLaunch>;
