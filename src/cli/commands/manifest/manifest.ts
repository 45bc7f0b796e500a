import { defineCommand } from "../../command.ts";
import { manifestFlags } from "./flags.ts";
import { UsageError } from "../../usage-error.ts";
import { merge } from "./merge.ts";

export const command = defineCommand({
  name: "manifest",
  summary: "Put manifests and metadata files of many machines together",
  examples: [
    {
      command: "imgbuild manifest merge packer-manifest.json parts/",
      explains: "one manifest of all those below parts",
    },
    {
      command: "imgbuild manifest merge all.json imgbuild-part-*.json",
      explains: "one metadata file of those of many builds",
    },
    {
      command: "imgbuild manifest merge -metadata-file=all.json packer-manifest.json parts/",
      explains: "both, where the parts are of both kinds",
    },
  ],
  arguments: [
    { name: "action", description: "merge." },
    { name: "out", description: "The file to write." },
    { name: "part", description: "Manifests, metadata files, or folders of them.", variadic: true },
  ],
  flags: manifestFlags,
  notes: [
    "The result has each build once, in the order of names, and appears whole or not at all. Two runs that answer for one build are an error that names both files.",
    "On GitHub Actions the table of all builds is added to the summary of the job (GITHUB_STEP_SUMMARY).",
  ],
  run({ host }, { positional: [action = "", out = "", ...parts], flags: given }) {
    if (action !== "merge") throw new UsageError(`manifest has no action "${action}". It has merge.`);
    return merge(host, { out, parts, flags: given });
  },
});
