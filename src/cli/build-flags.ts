import { booleanFlag, choiceFlag, integerFlag, textFlag, type FlagValues } from "./command.ts";
import { outputFlags } from "./output-flags.ts";
import { templateFlags } from "./template-flags.ts";

/** The flags of `build` and `post-process`. */
export const buildFlags = {
  ...templateFlags,
  ...outputFlags,
  force: booleanFlag("Replace what earlier builds made: output directories, machines and images of the same name."),
  "on-error": choiceFlag(
    ["cleanup", "abort", "ask", "run-cleanup-provisioner"],
    "What to do when a build fails: undo everything, leave everything, ask (retry goes on at the failed step), or run the error-cleanup-provisioner and leave the rest.",
    { default: "cleanup" },
  ),
  debug: booleanFlag("One build at a time, with a pause after each step. Keys made for the build are kept."),
  "parallel-builds": integerFlag(
    "N|auto",
    "Run at most so many builds at once; 0 means all, auto as many as memory, processors and disk are free for.",
    { default: 0, word: "auto" },
  ),
  "metadata-file": textFlag("FILE", "Write artifacts, digests and times as JSON. Default: IMGBUILD_METADATA_FILE."),
  "warn-on-undeclared-var": booleanFlag("Warn about variables in files that the template does not declare."),
  "use-sequential-evaluation": booleanFlag("", {
    hidden: true,
    withoutEffect: "locals and data sources are always read in the order they need each other.",
  }),
  "ignore-prerelease-plugins": booleanFlag("Use no development builds of plugins (1.2.3-dev), only releases."),
  "skip-enforcement": booleanFlag("", {
    hidden: true,
    withoutEffect: "there are no provisioners enforced from outside.",
  }),
};

export type BuildFlags = FlagValues<typeof buildFlags>;
