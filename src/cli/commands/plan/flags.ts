import { booleanFlag, choiceFlag, listFlag, textFlag, type FlagValues } from "../../command.ts";
import { storeFlag } from "../../store-flag.ts";
import { UsageError } from "../../usage-error.ts";
import { templateFlags } from "../../template-flags.ts";
import type { Shard } from "../../../core/plan/shards.ts";

const { var: variable, "var-file": variableFile, plugin, "config-type": configType } = templateFlags;

export const planFlags = {
  var: variable,
  "var-file": variableFile,
  only: listFlag("NAMES", "Plan only the builds with these names, separated by commas. Patterns as for build.", {
    separator: ",",
  }),
  except: listFlag("NAMES", "Leave out the builds with these names.", { separator: "," }),
  plugin,
  "config-type": configType,
  "evaluate-datasources": booleanFlag(
    "Read the data sources, so that what depends on them is known. Uses the network.",
  ),
  "changed-only": booleanFlag(
    "Leave out what is built: earlier runs here, or those of -built, made it of the same content, and its files are there.",
  ),
  built: listFlag(
    "FILE",
    "Metadata of earlier builds (-metadata-file, manifest merge), besides the runs of this computer.",
  ),
  store: storeFlag(
    "Where builds of other machines are: what it has of the same content is built. Default: IMGBUILD_STORE.",
  ),
  "depends-on": listFlag(
    "BUILD=BUILDS",
    "A build waits for others, separated by commas; TEMPLATE:BUILD where two have one name.",
  ),
  stage: textFlag("N", "Only the units of this stage."),
  shard: textFlag("N/M", "Only the N-th of M parts, which take about the same time."),
  format: choiceFlag(
    ["text", "json", "shell", "github", "gitlab", "jenkins", "kubernetes", "cache-keys"],
    "What to print: text, JSON (docs/plan.v1.schema.json), the commands, input of an engine, or keys for its caches.",
    { default: "text" },
  ),
  label: listFlag(
    "NEED=LABELS",
    "Labels of runners for what a unit needs (kvm=metal,large); any=… for units that need nothing.",
  ),
  image: textFlag("IMAGE", "gitlab, kubernetes: the container with imgbuild in which units run."),
};

export type PlanFlags = FlagValues<typeof planFlags>;

/** Throws a UsageError where it is not `2/8`. */
export function parseShard(text: string | undefined): Shard | undefined {
  if (text === undefined) return undefined;
  const [, number, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const shard = { number: Number(number), of: Number(of) };
  if (shard.number >= 1 && shard.number <= shard.of) return shard;
  throw new UsageError(`-shard is a part and their number, from 1/8 to 8/8, not "${text}"`);
}

/** Throws a UsageError where it is no number from 1. */
export function parseStage(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`-stage is a number from 1, not "${text}"`);
}
