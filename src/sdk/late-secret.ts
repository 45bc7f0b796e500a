import type { GeneratedData } from "./component.ts";
import type { LateTemplate } from "./late-template.ts";
import type { Run } from "./run.ts";

/** The value of a secret argument, masked from now on; an empty one is no secret. */
export function lateSecret(run: Pick<Run, "secret">, argument: LateTemplate | undefined, data: GeneratedData): string {
  const value = argument?.render(data) ?? "";
  if (value !== "") run.secret(value);
  return value;
}
