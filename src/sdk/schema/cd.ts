import type * as z from "zod";
import { list, map, text } from "./field.ts";
import { mediaUserDataIssues } from "./cloud-config.ts";
import { error, rule } from "./rules.ts";

/** A second CD made for the guest (`cidata` for cloud-init, answer files, drivers). */
export const cdFields = {
  cd_files: list(
    text("A path or glob."),
    "Files and directories to put at the top of a CD; globs (`*`, `?`, `[]`) are allowed. A directory is copied with all it holds; " +
      "with a trailing slash, only what it holds.",
  ).optional(),
  cd_content: map(
    text("The content."),
    'Files to put on the CD as path and content, e.g. `{ "user-data" = "#cloud-config…" }`.',
  ).optional(),
  cd_label: text("Volume label of the CD, at most 32 characters. Cloud-init looks for `cidata`.").default("packer"),
} as const;

export type CdConfig = z.output<z.ZodObject<typeof cdFields>>;

export const cdRules = [
  rule(cdFields, ["cd_content"], ({ cd_content: content }) => mediaUserDataIssues(content, "cd_content")),
  rule(cdFields, ["cd_label"], ({ cd_label: label }) => {
    if (label.length <= 32 && /^[\x20-\x7e]*$/.test(label)) return [];
    const detail = `"${label}" cannot be the label of a CD: at most 32 ASCII characters.`;
    return [error("invalid-label", ["cd_label"], "Invalid volume label", detail)];
  }),
];
