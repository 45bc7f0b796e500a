import { basename } from "node:path";
import { randomUuid } from "../../lib/random-uuid.ts";
import type { KeyInputs } from "../../sdk/checkpoint.ts";
import type { RunDirectories } from "../../sdk/run.ts";
import type { BuildPlan, PlannedProvisioner } from "../../template/model.ts";
import { provisionerInputs, type DecodeAhead, type ReadFiles } from "./step-inputs.ts";

/** One step of a build, by what it and everything before it depends on. */
export interface KeyedStep {
  readonly key: string;
  readonly parent: string | undefined;
  /** In words. */
  readonly name: string;
  /** Digests by name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Values by name, of this run only: what they look like tells why they change. */
  readonly values: KeyInputs;
  /** Why the step cannot be skipped; nothing after it can then. */
  readonly runsAlways: string | undefined;
}

export interface Keying {
  readonly plan: BuildPlan;
  readonly directories: RunDirectories;
  readonly digest: (value: unknown) => string;
  /** Where many builds are keyed at a time, files are read once. */
  readonly readFiles?: ReadFiles | undefined;
  /** Likewise, arguments are decoded once. */
  readonly decode?: DecodeAhead | undefined;
}

/** The machine before any provisioner. */
export function keyMachine(machine: KeyInputs, keying: Keying): KeyedStep {
  const { builder, identity } = keying.plan;
  const values = { builder: builder.type, build: identity.sourceName, ...machine };
  return keyed({ name: "the machine", values, parent: undefined, runsAlways: undefined }, keying);
}

/** A provisioner after `parent`, with its files as they are now. */
export async function keyProvisioner(
  planned: PlannedProvisioner,
  parent: KeyedStep,
  keying: Keying,
): Promise<KeyedStep> {
  const values = await provisionerInputs(planned, keying.plan, keying);
  const runsAlways = parent.runsAlways ?? whyAlways(planned, values);
  return keyed({ name: nameOf(planned, values), values: values ?? {}, parent: parent.key, runsAlways }, keying);
}

function whyAlways({ always }: PlannedProvisioner, values: KeyInputs | undefined): string | undefined {
  if (always) return "always = true";
  return values === undefined ? "its arguments are known only when it runs" : undefined;
}

function keyed(step: Omit<KeyedStep, "key" | "inputs">, { digest }: Keying): KeyedStep {
  const { parent, values, runsAlways } = step;
  const inputs = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, digest(value)]));
  const nonce = runsAlways === undefined ? undefined : randomUuid();
  return { ...step, inputs, key: digest({ parent, inputs, nonce }) };
}

/** `shell: packages.sh`. The lines of `inline` may hold a secret, so they name nothing. */
function nameOf({ type, name }: PlannedProvisioner, values: KeyInputs | undefined): string {
  const scripts = [values?.["argument script"], values?.["argument scripts"], values?.["argument source"]].flat();
  const files = scripts.filter((script) => typeof script === "string").map((script) => basename(script));
  const title = name ?? files.join(", ");
  return title === "" ? type : `${type}: ${title}`;
}
