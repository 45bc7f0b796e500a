import { block, defaultText, flag, integer, lateWithDefault, list, map, text } from "../../../sdk/schema/field.ts";
import { rule, warning } from "../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";

const fields = {
  output: lateWithDefault(
    ["BuildName", "Provider", "Architecture", "ArtifactId"],
    "packer_{{.BuildName}}_{{.Provider}}_{{.Architecture}}.box",
    "Path of the box to write. A template with `{{.BuildName}}`, `{{.Provider}}`, `{{.Architecture}}` and `{{.ArtifactId}}`.",
  ),
  compression_level: integer("From 0 (no compression, a plain tar) to 9 (smallest); -1 means the default.")
    .min(-1)
    .max(9)
    .default(-1),
  include: list(text("A path."), "Files to put into the root of the box, under their own names.").default([]),
  vagrantfile_template: text(
    "A file whose text is added to the box's Vagrantfile, rendered as a template with the values of `output`.",
  ).optional(),
  vagrantfile_template_generated: flag(
    "The template file is made during the build: do not look for it before.",
  ).default(false),
  provider_override: defaultText(
    text("The Vagrant provider the box is for, where the artifact does not say (after `artifice`).").optional(),
    "the provider that goes with the builder",
  ),
  architecture: defaultText(
    text("The architecture of the machine in the box: `amd64`, `arm64`, `i386`, and so on.").optional(),
    "the guest's, as far as the artifact tells; else this machine's",
  ),
};

/** Inside `override` nothing has a default: what is absent keeps the outer value. */
const overrideSchema = defineSchema({
  output: fields.output.optional().meta({ ...fields.output.meta(), lateDefault: undefined }),
  compression_level: integer("As above.").min(-1).max(9).optional(),
  include: list(text("A path."), "As above.").optional(),
  vagrantfile_template: text("As above.").optional(),
  vagrantfile_template_generated: flag("As above.").optional(),
  architecture: text("As above.").optional(),
});

const allFields = {
  ...fields,
  override: map(
    block(overrideSchema, "Arguments for one provider."),
    "Other values of the arguments above for single providers, by provider name.",
  ).default({}),
};

/** A box is a tar, with or without gzip, whatever it is called. */
const OTHER_FORMATS = /\.(7z|bz2|rar|xz|zip|zst)$/i;

export const schema = defineSchema(allFields, {
  rules: [
    rule(allFields, ["output"], ({ output }) => {
      const ending = OTHER_FORMATS.exec(output.text)?.[1];
      if (ending === undefined) return [];
      const detail = `A box is a tar that gzip has compressed, and its name promises a .${ending}. Give it the ending .box.`;
      return [warning("misleading-ending", ["output"], "Name of another format", detail)];
    }),
  ],
});

export type VagrantConfig = ConfigOf<typeof schema>;
