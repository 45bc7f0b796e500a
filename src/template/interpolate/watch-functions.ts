import type { TemplateFunctions } from "../../lib/go-template/execute.ts";
import type { TemplateFunction } from "../../lib/go-template/value.ts";
import type { Secrets } from "../secrets.ts";

/**
 * The same functions; a text that one of them makes from a secret becomes a secret, unless the secret can still be read
 * in it.
 */
export function watchFunctions(functions: TemplateFunctions, secrets: Secrets): TemplateFunctions {
  return new Map([...functions].map(([name, call]) => [name, watched(call, secrets)] as const));
}

function watched(call: TemplateFunction, secrets: Secrets): TemplateFunction {
  return (...args) => {
    const result = call(...args);
    if (typeof result !== "string") return result;
    const given = args.flatMap(textsIn).flatMap((text) => secrets.in(text));
    if (given.some((secret) => !result.includes(secret))) secrets.add([result]);
    return result;
  };
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
