import { defaultText, text } from "./field.ts";

/** Where a machine's files are left. */
export const outputFields = {
  output_directory: defaultText(
    text(
      "Directory for the resulting files, relative to where the command runs. It must not exist yet, unless the build is run with `-force`. " +
        "It is removed when the build fails.",
    ).optional(),
    "output-BUILDNAME",
  ),
} as const;
