import { describeError } from "../../core/describe-error.ts";
import type { Emit } from "../../sdk/event.ts";

/** Shows an error of the world, or only warns of it, and goes on. */
export function tellError(emit: Emit, error: unknown, severity: "error" | "warning" = "error"): void {
  const { text, hint } = describeError(error);
  if (severity === "error") emit({ kind: "error", text, hint });
  else emit({ kind: "warning", text: hint === undefined ? text : `${text}\n${hint}` });
}
