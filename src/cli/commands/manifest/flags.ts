import { booleanFlag, textFlag, type FlagValues } from "../../command.ts";

export const manifestFlags = {
  "metadata-file": textFlag(
    "FILE",
    "Where the metadata goes, if there are manifests and metadata files among the parts.",
  ),
  latest: booleanFlag("Where several runs answer for one build, take the latest."),
  force: booleanFlag("Replace a file that has builds of which the parts know nothing."),
};

export type ManifestFlags = FlagValues<typeof manifestFlags>;
