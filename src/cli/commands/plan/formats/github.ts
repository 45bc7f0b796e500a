import { shellCommand } from "../../../../lib/shell-quote.ts";
import type { Unit } from "../../../../core/plan/unit.ts";
import { UsageError } from "../../../usage-error.ts";
import { hostNeeds, labelsOf, type LabelTable } from "../labels.ts";
import { unitNames } from "../unit-names.ts";
import { partOf, type Format } from "./format.ts";

/** GitHub Actions generates at most so many jobs from one matrix. */
const MOST_JOBS = 256;

/**
 * One line of JSON for `strategy.matrix: ${{ fromJSON(…) }}` (GitHub Actions, "Running variations of jobs in a workflow"). The
 * command is quoted for a POSIX shell, so that `run: ${{ matrix.command }}` runs it whatever the build is called.
 */
export const formatGithub: Format = (units, { labels }) => {
  if (units.length > MOST_JOBS) throw new UsageError(tooMany(units.length));
  const names = unitNames(units);
  const include = units.map((unit) => ({
    id: unit.id,
    name: names.get(unit.id),
    build: unit.build,
    template: unit.template,
    command: shellCommand(unit.command),
    part: partOf(unit),
    "runs-on": runnerOf(unit, labels),
    credentials: unit.needs.credentials,
  }));
  return `${JSON.stringify({ include })}\n`;
};

function tooMany(count: number): string {
  const shards = Math.ceil(count / MOST_JOBS);
  return `A matrix of GitHub has at most ${MOST_JOBS} jobs, and there are ${count} units. Make ${shards} or more matrices with -shard=1/${shards} and so on.`;
}

/** A runner of GitHub's own, unless something is needed that only one's own has. */
function runnerOf(unit: Unit, table: LabelTable): readonly string[] {
  const needs = hostNeeds(unit);
  const own = labelsOf(unit, table, (need) => OWN_LABELS[need] ?? [need]);
  if (needs.every((need) => table.has(need))) return own;
  if (unit.needs.host.length === 0) return labelsOf(unit, table, (need) => HOSTED[need] ?? [need]);
  const system = needs.some((need) => need === "windows" || need === "macos") ? [] : ["linux"];
  return [...new Set(["self-hosted", ...system, ...own])];
}

const HOSTED: Readonly<Record<string, readonly string[]>> = {
  any: ["ubuntu-latest"],
  amd64: ["ubuntu-latest"],
  arm64: ["ubuntu-24.04-arm"],
};
const OWN_LABELS: Readonly<Record<string, readonly string[]>> = { any: [], amd64: ["x64"], macos: ["macOS"] };
