import { shellCommand } from "../../../lib/shell-quote.ts";
import type { Unit, UnitInput, UnitNeeds } from "../../../core/plan/unit.ts";
import { describeBytes } from "../../../lib/bytes.ts";
import { sanitize } from "../../../ui/sanitize.ts";
import { plural, shortDuration } from "../../../ui/words.ts";
import type { Format } from "./formats/format.ts";
import { unitNames } from "./unit-names.ts";

/** For people: stage by stage, with what each unit needs, reads and waits for, and the command that runs it. */
export const formatText: Format = (units) => {
  const names = unitNames(units);
  const stages = [...new Set(units.map(({ stage }) => stage))].toSorted((one, other) => one - other);
  const parts = stages.map((stage) => {
    const members = units.filter((unit) => unit.stage === stage);
    return [`Stage ${stage}`, ...members.flatMap((unit) => describeUnit(unit, names))].join("\n");
  });
  const text = [totals(units), ...parts].join("\n\n");
  return `${text.split("\n").map(sanitize).join("\n")}\n`;
};

function totals(units: readonly Unit[]): string {
  if (units.length === 0) return "Nothing to build.";
  const templates = new Set(units.map(({ template }) => template)).size;
  const built = units.filter(({ state }) => state === "built").length;
  const known = units.flatMap(({ estimate, state }) => (estimate && state !== "built" ? [estimate.durationMs] : []));
  const sum = known.reduce((total, duration) => total + duration, 0);
  const sentences = [`${plural(units.length, "unit")} in ${plural(templates, "template")}`];
  if (built > 0) sentences.push(`${built} built before and unchanged`);
  if (known.length > 0) sentences.push(`about ${shortDuration(sum)} for ${plural(known.length, "unit")} built before`);
  return `${sentences.join(", ")}.`;
}

function describeUnit(unit: Unit, names: ReadonlyMap<string, string>): readonly string[] {
  const namesOf = (ids: readonly string[]): string => ids.map((id) => names.get(id) ?? id).join(", ");
  const { needs, inputs, dependsOn, conflictsWith, estimate, command } = unit;
  const rows: readonly (readonly [string, string])[] = [
    ["state", stateOf(unit)],
    ["needs", describeNeeds(needs)],
    ["secrets", needs.credentials.join(", ")],
    ["values", needs.variables.join(", ")],
    ["after", namesOf(dependsOn)],
    ["not with", namesOf(conflictsWith)],
    ["time", estimate ? `about ${shortDuration(estimate.durationMs)} (${plural(estimate.runs, "run")})` : ""],
    ["run", shellCommand(command).replaceAll("\n", "\\n")],
  ];
  const shown = rows.filter(([, value]) => value !== "").map(([title, value]) => row(title, value));
  return [`  ${names.get(unit.id)!}`, ...shown.slice(0, -1), ...inputs.map(describeInput), shown.at(-1)!];
}

const row = (title: string, value: string): string => `    ${title.padEnd(9)} ${value}`;

function stateOf({ state, reason }: Unit): string {
  if (state === "built") return `built ${reason ?? "before"}`;
  return reason === undefined ? "" : `to build: ${reason}`;
}

function describeNeeds({ host, architecture, cpus, memoryMib, diskMib, clouds, plugins }: UnitNeeds): string {
  const needs = [...host];
  if (architecture !== undefined) needs.push(architecture);
  if (cpus !== undefined) needs.push(plural(cpus, "CPU"));
  if (memoryMib !== undefined) needs.push(`${size(memoryMib)} of memory`);
  if (diskMib !== undefined) needs.push(`${size(diskMib)} of disk`);
  needs.push(...clouds.map(({ provider, region }) => (region === undefined ? provider : `${provider} ${region}`)));
  needs.push(...plugins.map(({ source, version }) => `${source} ${version}`.trim()));
  return needs.join(", ");
}

const size = (mib: number): string => describeBytes(mib * 1024 ** 2);

function describeInput({ argument, value, kind, digest }: UnitInput): string {
  const marks = { file: "", directory: "", url: "", text: "", missing: " (not there)" };
  const known = digest === undefined ? "" : ` ${digest.slice(0, "sha256:".length + 12)}`;
  return row("reads", `${argument} ${value}${known}${marks[kind]}`);
}
