import { flag } from "../../../../sdk/schema/field.ts";
import { conflict, rule } from "../../../../sdk/schema/rules.ts";
import type { ConfigIssue, DecodedFields } from "../../../../sdk/schema/schema.ts";
import { isSpotWanted, runFields, SPOT } from "./run.ts";

/** Attributes of the instance that are changed while it is stopped. */
export const enhancedNetworkingFields = {
  ena_support: flag("Enhanced networking with the Elastic Network Adapter.").optional(),
  sriov_support: flag("Enhanced networking with the Intel 82599 virtual function.").default(false),
};

export const enhancedNetworkingRenamed = { enhanced_networking: "ena_support" } as const;

const fields = { ...runFields, ...enhancedNetworkingFields };

export const spotIsNotModified = rule(fields, ["ena_support", "sriov_support", ...SPOT], spotCannotBeModified);

type EnhancedNetworkingArguments = DecodedFields<
  typeof fields,
  "ena_support" | "sriov_support" | (typeof SPOT)[number]
>;

function spotCannotBeModified(args: EnhancedNetworkingArguments): ConfigIssue[] {
  const name = modifiedAttribute(args);
  if (name === undefined || !isSpotWanted(args)) return [];
  const detail = `${name} is changed while the machine is stopped, and a spot instance cannot be stopped. Start from an image that has it.`;
  return [conflict([name], detail)];
}

function modifiedAttribute({ ena_support, sriov_support }: EnhancedNetworkingArguments): string | undefined {
  if (ena_support !== undefined) return "ena_support";
  return sriov_support ? "sriov_support" : undefined;
}
