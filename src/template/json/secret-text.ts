import type { TemplateCall } from "../../lib/go-template/calls.ts";
import type { LegacyContext } from "./legacy-context.ts";
import type { LegacyVariables } from "./load-legacy-variables.ts";
import { templateCalls } from "./user-calls.ts";

type SecretsContext = Pick<LegacyContext, "template" | "secrets">;

/** Whether a text calls for a variable that is sensitive or has something secret in it. */
export function isSecretText(text: string, values: LegacyVariables["values"], context: SecretsContext): boolean {
  if (!text.includes("{{") || context.template.sensitiveVariables.length === 0) return false;
  return templateCalls(text).some((call) => isSecretCall(call, values, context));
}

function isSecretCall(
  { name, args: [first] }: TemplateCall,
  values: LegacyVariables["values"],
  { template, secrets }: SecretsContext,
): boolean {
  if (name !== "user") return false;
  // Any variable may be meant.
  if (first?.kind !== "literal") return true;
  const variable = String(first.value);
  if (template.sensitiveVariables.includes(variable)) return true;
  return secrets.in(values.get(variable) ?? "").length > 0;
}
