import type { Diagnostic } from "../language/diagnostic.ts";
import { error } from "../sdk/schema/rules.ts";
import type { BuildPlan } from "./model.ts";

/** Provisioners that work in the machine, in a build that has no connection to it. */
export function checkGuestSteps({ builder, provisioners, errorCleanupProvisioner }: BuildPlan): readonly Diagnostic[] {
  if (!isUnconnected(builder.decode().config)) return [];
  const steps = errorCleanupProvisioner ? [...provisioners, errorCleanupProvisioner] : provisioners;
  const inGuest = steps.filter(({ component }) => component.onHost !== true);
  return inGuest.flatMap((planned) => {
    const detail = `A ${planned.type} provisioner works in the machine, and with communicator = "none" nothing connects to it. Set a communicator, or restrict the provisioner with only or except.`;
    return planned.diagnose([error("no-communicator", [], "No connection to the machine", detail)]);
  });
}

function isUnconnected(config: unknown): boolean {
  return typeof config === "object" && config !== null && "communicator" in config && config.communicator === "none";
}
