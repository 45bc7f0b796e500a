import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  artifactsOfRun,
  artifactsOfManifest,
  type RecordedArtifacts,
} from "../../core/post-process/recorded-artifacts.ts";
import { listRuns } from "../../core/journal/list-runs.ts";
import { runsDirectory } from "../../core/journal/state-directory.ts";
import { BuildError } from "../../sdk/error.ts";
import { buildFlags } from "../build-flags.ts";
import { defineCommand, type CommandContext } from "../command.ts";
import { findRun } from "../find-run.ts";
import { runSession } from "../run-session.ts";
import { templateArgument } from "../template-flags.ts";

export const command = defineCommand({
  name: "post-process",
  summary: "Run the post-processors of a finished build again",
  examples: [
    {
      command: "imgbuild post-process 5e024b5f template.pkr.hcl",
      explains: "on what a run built (imgbuild runs lists them)",
    },
    {
      command: "imgbuild post-process packer-manifest.json template.pkr.hcl",
      explains: "on what the last run in a manifest built",
    },
  ],
  arguments: [
    { name: "run-or-manifest", description: "The id of a run (or its beginning), or a manifest file." },
    templateArgument,
  ],
  flags: buildFlags,
  notes: [
    "The builders do not run: each build starts from the artifact that its builder made before. Secrets of that build (build.Password) are not kept and are not known here.",
  ],
  run: (context, { positional: [from = "", path = ""], flags }) =>
    runSession(context, { command: "post-process", path, flags, findRecorded: () => findArtifacts(context, from) }),
});

async function findArtifacts({ host }: CommandContext, from: string): Promise<RecordedArtifacts> {
  const text = await readFile(resolve(host.cwd, from), "utf8").catch(() => undefined);
  if (text !== undefined) return artifactsOfManifest(text, { name: from, host });
  if (/[./\\]/.test(from)) throw new BuildError(`There is no manifest "${from}"`);
  return artifactsOfRun(runsDirectory(host), findRun(await listRuns(host), from).runId);
}
