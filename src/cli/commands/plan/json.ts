import type { Unit, UnitNeeds } from "../../../core/plan/unit.ts";
import type { Format } from "./formats/format.ts";

/** For programs: `docs/plan.v1.schema.json`. */
export const formatJson: Format = (units) =>
  `${JSON.stringify({ version: 1, units: units.map(toData) }, undefined, 2)}\n`;

/** What is not known is `null`, so that every member is there. */
function toData(unit: Unit): object {
  const { id, build, builder, template, command, state, reason = null, key = null, estimate = null } = unit;
  const { stage, dependsOn, conflictsWith, needs, inputs, writes } = unit;
  const what = { id, build, builder, template, command, state, reason, key, estimate };
  return { ...what, stage, dependsOn, conflictsWith, needs: needsData(needs), inputs, writes };
}

function needsData(needs: UnitNeeds): object {
  const { host, architecture = null, cpus = null, memoryMib = null, diskMib = null } = needs;
  const { credentials, variables, plugins } = needs;
  const clouds = needs.clouds.map(({ provider, region = null }) => ({ provider, region }));
  return { host, architecture, cpus, memoryMib, diskMib, clouds, credentials, variables, plugins };
}
