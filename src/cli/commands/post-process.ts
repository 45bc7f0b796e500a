import { fromTheBeginning } from "../../core/post-process/recorded-artifacts.ts";
import { buildFlags } from "../build-flags.ts";
import { booleanFlag, defineCommand } from "../command.ts";
import { atPlaceOf, findEarlierRun } from "../earlier-run.ts";
import { runSession } from "../run-session.ts";
import { templateArgument } from "../template-flags.ts";

export const command = defineCommand({
  name: "post-process",
  summary: "Run the post-processors that an earlier build did not come to",
  examples: [
    {
      command: "imgbuild post-process 5e024b5f template.pkr.hcl",
      explains: "the rest of what a run built (imgbuild runs lists them)",
    },
    {
      command: "imgbuild post-process -all packer-manifest.json template.pkr.hcl",
      explains: "all of them again, on what the last run in a manifest built",
    },
  ],
  arguments: [
    { name: "run-or-manifest", description: "The id of a run (or its beginning), or a manifest file." },
    templateArgument,
  ],
  flags: { ...buildFlags, all: booleanFlag("Begin at the builder's artifact, whatever ran before.") },
  notes: [
    "The builders do not run. Each chain goes on after its last post-processor that ran and is still the same; one whose arguments have changed runs again, with all after it.",
    "It works in the directory of the run and with its time: relative paths, and names made of timestamps, are those of then. Secrets of that build (build.Password) are not kept and are not known here.",
  ],
  run: async (context, { positional: [from = "", given = ""], flags: all }) => {
    const earlier = await findEarlierRun(context.host, from);
    const { host, path, flags } = await atPlaceOf(earlier, { host: context.host, path: given, flags: all });
    const artifacts = all.all ? fromTheBeginning(earlier.artifacts) : earlier.artifacts;
    return runSession(
      { ...context, host },
      { command: "post-process", path, shownPath: given, flags, recorded: artifacts },
    );
  },
});
