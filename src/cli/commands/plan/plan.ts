import { stagesOf } from "../../../core/plan/stages.ts";
import { unitsOfShard } from "../../../core/plan/shards.ts";
import type { Unit } from "../../../core/plan/unit.ts";
import { defineCommand, EXIT, type CommandContext } from "../../command.ts";
import { interruptible } from "../../interruptible.ts";
import { withReadOnlySession } from "../../read-only-session.ts";
import { UsageError } from "../../usage-error.ts";
import { findTemplates } from "./find-templates.ts";
import { parseShard, parseStage, planFlags, type PlanFlags } from "./flags.ts";
import type { Format } from "./formats/format.ts";
import { parseLabels } from "./labels.ts";
import { loadUnits } from "./load-units.ts";

export const command = defineCommand({
  name: "plan",
  summary: "Show the units of work of many templates, for people and for CI engines",
  examples: [
    { command: "imgbuild plan images/", explains: "every build of the templates below images, and what each needs" },
    { command: "imgbuild plan -changed-only -format=github images/", explains: "a matrix for GitHub Actions" },
    {
      command: "imgbuild plan -shard=2/8 -format=shell images/ | sh -e",
      explains: "an eighth of the work, on any engine",
    },
  ],
  arguments: [
    {
      name: "template",
      description: "Templates, folders of them, or patterns ('images/*/*.pkr.hcl').",
      variadic: true,
    },
  ],
  flags: planFlags,
  notes: [
    "A unit is one build: imgbuild build -only=NAME TEMPLATE, which anybody can run by hand. A unit waits for those whose files it reads, whose artifacts it takes from a manifest, and those of -depends-on.",
    "Nothing is built, and nothing is asked of the network but what -store has. Values of sensitive variables are no part of a plan: their names are listed, and the machine that builds has them in its environment (PKR_VAR_NAME).",
    "docs/fleet.md shows a pipeline for each engine.",
  ],
  run: (context, { positional, flags }) =>
    interruptible(context.process, (signal) => plan(context, positional, { flags, signal })),
});

interface PlanInput {
  readonly flags: PlanFlags;
  readonly signal: AbortSignal;
}

async function plan(context: CommandContext, named: readonly string[], { flags, signal }: PlanInput): Promise<number> {
  const { host } = context;
  const choice = { shard: parseShard(flags.shard), stage: parseStage(flags.stage) };
  const labels = parseLabels(flags.label);
  const paths = findTemplates(named, host.cwd);
  const format = await FORMATS[flags.format]();
  return withReadOnlySession(context, { path: ".", signal }, async (readOnly) => {
    const all = await loadUnits(readOnly, paths, flags);
    if (!all) return EXIT.failed;
    const wanted = flags["changed-only"] ? together(all.filter(({ state }) => state !== "built")) : all;
    const units = chooseUnits(wanted, choice);
    if (flags.format === "github" || flags.format === "kubernetes") refuseOrder(units, flags.format);
    host.stdout.write(format(units, { labels, image: flags.image }));
    return EXIT.ok;
  });
}

const FORMATS: { readonly [Name in PlanFlags["format"]]: () => Promise<Format> } = {
  text: async () => (await import("./text.ts")).formatText,
  json: async () => (await import("./json.ts")).formatJson,
  shell: async () => (await import("./formats/shell.ts")).formatShell,
  github: async () => (await import("./formats/github.ts")).formatGithub,
  gitlab: async () => (await import("./formats/gitlab.ts")).formatGitlab,
  jenkins: async () => (await import("./formats/jenkins.ts")).formatJenkins,
  kubernetes: async () => (await import("./formats/kubernetes.ts")).formatKubernetes,
  "cache-keys": async () => (await import("./formats/cache-keys.ts")).formatCacheKeys,
};

interface Choice {
  readonly shard: ReturnType<typeof parseShard>;
  readonly stage: number | undefined;
}

function chooseUnits(units: readonly Unit[], { shard, stage }: Choice): readonly Unit[] {
  const ofStage =
    stage === undefined
      ? units
      : together(
          units.filter((unit) => unit.stage === stage),
          stage,
        );
  return shard === undefined ? ofStage : unitsOfShard(ofStage, shard);
}

/** What is left waits for nothing that is not. */
function together(units: readonly Unit[], stage?: number): readonly Unit[] {
  const ids = new Set(units.map(({ id }) => id));
  const left = units.map((unit) => ({ ...unit, dependsOn: unit.dependsOn.filter((id) => ids.has(id)) }));
  const stages = stagesOf(new Map(left.map(({ id, dependsOn }) => [id, dependsOn])), (id) => id);
  return left.map((unit) => ({ ...unit, stage: stage ?? stages.get(unit.id)! }));
}

/** A matrix and a list of Jobs have no order. */
function refuseOrder(units: readonly Unit[], format: string): void {
  const stages = new Set(units.map(({ stage }) => stage));
  if (stages.size < 2) return;
  throw new UsageError(
    `Some units wait for others, which -format=${format} cannot say. Print each of the ${stages.size} stages with -stage=1 and so on.`,
  );
}
