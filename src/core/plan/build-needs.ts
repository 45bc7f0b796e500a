import type { Needs } from "../../sdk/needs.ts";
import type { Component } from "../../sdk/component.ts";
import type { BuildPlan, Planned } from "../../template/model.ts";
import { plannedOf } from "../../template/planned-of.ts";
import { decodeAhead, type DecodeAhead } from "../checkpoints/step-inputs.ts";

/** What the components of a build need, one after the other; of those whose arguments are not known yet, nothing. */
export function needsOfBuild(plan: BuildPlan, decode: DecodeAhead): readonly Needs[] {
  return plannedOf(plan).map((planned) => needsOf(planned, plan, decode));
}

/** Of the machine that the build makes. */
export function machineNeeds(plan: BuildPlan): Needs {
  return needsOf(plan.builder, plan, decodeAhead);
}

function needsOf(planned: Planned<Component>, plan: BuildPlan, decode: DecodeAhead): Needs {
  const { component, type } = planned;
  const isBuilder = component.kind === "builder";
  if (!component.needs) return isBuilder ? hostOfForeign(type) : {};
  const config = isBuilder ? planned.decode().config : decode(planned, plan.builder);
  if (config === undefined) return {};
  return component.needs(config, plan.identity);
}

/** Builders of Packer's plugins, which do not say themselves what they need. */
const FOREIGN: readonly (readonly [prefix: string, host: readonly string[]])[] = [
  ["hyperv-", ["windows", "hyperv"]],
  ["vmware-iso", ["vmware"]],
  ["vmware-vmx", ["vmware"]],
  ["parallels-", ["macos", "parallels"]],
  ["docker", ["docker"]],
  ["lxd", ["lxd"]],
  ["lxc", ["lxc"]],
];

function hostOfForeign(type: string): Needs {
  const found = FOREIGN.find(([prefix]) => type.startsWith(prefix));
  return found ? { host: found[1] } : {};
}
