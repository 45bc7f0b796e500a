import type * as z from "zod";
import { list, map, text } from "./field.ts";
import { error, rule } from "./rules.ts";

/** A 1.44 MB floppy disk made for the guest. */
export const floppyFields = {
  floppy_files: list(
    text("A path or glob."),
    "Files to put at the top of a floppy disk; globs (`*`, `?`, `[]`) are allowed. A directory is copied with all it holds.",
  ).optional(),
  floppy_dirs: list(
    text("A path or glob."),
    "Directories to put on the floppy disk with all they hold, each under its own name; with a trailing slash, only what it holds. Globs are allowed.",
  ).optional(),
  floppy_content: map(text("The content."), "Files to put on the floppy disk as path and content.").optional(),
  floppy_label: text("Volume label of the floppy disk, at most 11 characters.").default("packer"),
} as const;

export type FloppyConfig = z.output<z.ZodObject<typeof floppyFields>>;

export const floppyRules = [
  rule(floppyFields, ["floppy_label"], ({ floppy_label: label }) => {
    const isAllowed = label.length <= 11 && !/[^\x20-\x7e]|["*+,./:;<=>?[\\\]|]/.test(label);
    if (isAllowed) return [];
    const detail = `"${label}" cannot be the label of a floppy disk: at most 11 ASCII characters, without " * + , . / : ; < = > ? [ \\ ] |.`;
    return [error("invalid-label", ["floppy_label"], "Invalid volume label", detail)];
  }),
];
