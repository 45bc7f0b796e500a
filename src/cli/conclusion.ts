import type { Diagnostic } from "../language/diagnostic.ts";
import { isMissingComponent } from "../template/plan-until-loaded.ts";
import { plural } from "../ui/words.ts";

/** What is said once everything was shown: how many mistakes there are, and which builds can run all the same. */
export function conclusionOf(diagnostics: readonly Diagnostic[], unblocked: readonly string[] = []): readonly string[] {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const lines = errors.length > 1 ? [countOf(errors.length, diagnostics.length - errors.length)] : [];
  const canRunOthers = unblocked.length > 0 && errors.every(({ code }) => isMissingComponent(code));
  if (errors.length > 0 && canRunOthers) lines.push(`These builds can run: -only=${unblocked.join(",")}`);
  return lines;
}

function countOf(errors: number, warnings: number): string {
  if (warnings === 0) return `${plural(errors, "error")}.`;
  return `${plural(errors, "error")}, ${plural(warnings, "warning")}.`;
}
