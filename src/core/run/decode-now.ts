import { BuildError } from "../../sdk/error.ts";
import type { Component, GeneratedData } from "../../sdk/component.ts";
import type { Run } from "../../sdk/run.ts";
import type { Planned } from "../../template/model.ts";

/**
 * The arguments of a component with everything known. What is wrong only now (a value that depends on the machine) is
 * shown like any other mistake in the template, at its place; warnings were shown when the template was loaded.
 */
export function decodeNow(run: Run, planned: Planned<Component>, data?: GeneratedData): unknown {
  const { config, diagnostics } = planned.decode(data);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  for (const diagnostic of errors) run.emit({ kind: "diagnostic", diagnostic });
  if (config !== undefined) return config;
  const [first] = errors;
  if (!first) throw new BuildError(`The arguments of ${planned.type} depend on values that are not known`);
  throw new BuildError(`The arguments of ${planned.type} are wrong: ${first.summary}. ${first.detail}`);
}
