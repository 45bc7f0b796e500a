import { randomUuid } from "../../../lib/random-uuid.ts";
import { isKnown } from "../../../language/value.ts";
import type { InputVariable, Template } from "../../../template/model.ts";
import { loadChecked, type CheckedTemplate } from "../../load-checked.ts";
import type { ReadOnlySession } from "../../read-only-session.ts";
import type { PlanFlags } from "./flags.ts";

/**
 * A template whose builds run on computers that have its secrets. A sensitive variable without a value gets a stand-in, which
 * is masked as the secret would be: so the same is known of a build here and there. `undefined` where the template is wrong.
 */
export async function loadElsewhere(
  readOnly: ReadOnlySession,
  path: string,
  flags: PlanFlags,
): Promise<Template | undefined> {
  const { template, isValid } = await load(readOnly, path, flags);
  const open = template && isValid ? template.variables.filter(canStandIn) : [];
  if (open.length === 0) return isValid ? template : undefined;
  const standIns = open.map(({ name }) => `${name}=${randomUuid()}`);
  const again = await load(readOnly, path, { ...flags, var: [...flags.var, ...standIns] });
  return again.isValid ? again.template : undefined;
}

/** A text can be anything; a number could not be masked. */
const canStandIn = ({ sensitive, value, type }: InputVariable): boolean =>
  sensitive && !isKnown(value) && (type.kind === "string" || type.kind === "dynamic");

function load({ session, output }: ReadOnlySession, path: string, flags: PlanFlags): Promise<CheckedTemplate> {
  return loadChecked(session, output, {
    path,
    flags: { ...flags, only: [], except: [] },
    undeclaredVariables: "ignore",
    buildsElsewhere: true,
    readsDataSources: flags["evaluate-datasources"],
  });
}
