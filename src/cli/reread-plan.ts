import { BuildError } from "../sdk/error.ts";
import type { BuildPlan } from "../template/model.ts";
import { loadChecked, type LoadCheckedOptions } from "./load-checked.ts";
import type { Output } from "./output-flags.ts";
import type { UnopenedSession } from "./session.ts";

/**
 * A build as the template has it now, for a step that is retried; `undefined` where the template came through a pipe. Its
 * warnings have been read, its errors are shown.
 */
export async function rereadPlan(
  session: UnopenedSession,
  output: Output,
  { build, ...options }: LoadCheckedOptions & { readonly build: string },
): Promise<BuildPlan | undefined> {
  if (isPipe(options.path)) return undefined;
  const { template, isValid } = await loadChecked(session, onlyErrors(output), options);
  if (!template || !isValid)
    throw new BuildError("The template cannot be used as it is now, so the step was not run again.", {
      hint: "Correct it and retry.",
    });
  const plan = template.builds.find(({ identity }) => identity.name === build);
  if (plan) return plan;
  throw new BuildError(`The template has no build "${build}" any more, so the step was not run again.`, {
    hint: "Put it back and retry, or clean up and build again.",
  });
}

const isPipe = (path: string): boolean => path === "-" || /^\/(dev|proc)\//.test(path);

function onlyErrors(output: Output): Output {
  const { pipeline } = output;
  return {
    ...output,
    pipeline: {
      ...pipeline,
      emit: (event) => {
        if (event.kind !== "diagnostic" || event.diagnostic.severity === "error") pipeline.emit(event);
      },
    },
  };
}
