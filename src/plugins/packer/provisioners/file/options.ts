import { choice, defaultText, flag, list, text } from "../../../../sdk/schema/field.ts";
import { conflict, error, exactlyOne, rule } from "../../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigIssue, type ConfigOf, type DecodedFields } from "../../../../sdk/schema/schema.ts";

const fields = {
  content: text("Text to write to `destination`.").optional(),
  source: text(
    "File or directory to copy. A directory with a trailing slash gives its contents. Without one it goes into a `destination` that is there, under its own name, and becomes one that is not. When downloading, wildcards are allowed.",
  ).optional(),
  sources: list(text("A file or directory."), "Files and directories to copy, in this order.").optional(),
  destination: text("Where to copy to. With a trailing slash it is a directory that keeps the source's name."),
  direction: choice(["upload", "download"], "`upload` copies to the machine, `download` from it.").default("upload"),
  generated: flag("The source is made during the build: it need not exist when the template is validated.").default(
    false,
  ),
  mode: defaultText(text("Permissions in the machine, in octal: `0644`."), "those of the source, or `0644`").optional(),
  owner: text("Owner in the machine, as `user` or `user:group`. Needs `become`, unless you log in as root.").optional(),
  become: flag("Write as root, through `become_command`.").default(false),
  become_command: text("Runs the command that follows it as root, without asking.").default("sudo -n"),
};

export const schema = defineSchema(fields, {
  rules: [
    exactlyOne("content", "source", "sources"),
    rule(fields, ["direction", "content"], ({ direction, content }) => {
      if (direction !== "download" || content === undefined) return [];
      return [conflict(["content"], '"content" can only be uploaded.')];
    }),
    rule(fields, ["destination"], ({ destination }) => {
      if (destination !== "") return [];
      return [error("invalid-argument", ["destination"], "Invalid value", '"destination" must not be empty.')];
    }),
    rule(fields, ["mode"], ({ mode }) => {
      if (mode === undefined || /^0?[0-7]{3,4}$/.test(mode)) return [];
      const detail = `A mode is written in octal, as "0644", not "${mode}".`;
      return [error("invalid-argument", ["mode"], "Invalid value", detail)];
    }),
    rule(fields, ["direction", "mode", "owner", "become"], attributesAreForUploads),
  ],
});

export type FileProvisionerConfig = ConfigOf<typeof schema>;

type AttributeArguments = DecodedFields<typeof fields, "direction" | "mode" | "owner" | "become">;

function attributesAreForUploads({ direction, mode, owner, become }: AttributeArguments): ConfigIssue[] {
  const hasAttributes = mode !== undefined || owner !== undefined || become;
  if (direction !== "download" || !hasAttributes) return [];
  return [conflict([], '"mode", "owner" and "become" are for uploads.')];
}
