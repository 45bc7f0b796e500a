import { LateTemplate } from "../../sdk/late-template.ts";
import { runFacts, type ConfigPart } from "../calls/plugin-config.ts";
import type { WireMap, WireValue } from "../wire/wire-value.ts";
import { factsOf, type Hosting } from "./hosting.ts";
import type { HostedConfig } from "./spec-schema.ts";

/** What Packer writes for a value that is not known yet. */
const UNKNOWN = "<unknown>";

/** The configuration of a component as it is sent: about the run, then its own. */
export function configParts(
  hosting: Hosting,
  config: HostedConfig,
  build: { readonly sourceName: string; readonly builderType: string },
): readonly ConfigPart[] {
  const { userVariables, sensitiveVariables, templatePath } = hosting.template;
  const facts = runFacts({ ...factsOf(hosting, build), sensitiveVariables });
  const variables = [...(userVariables ?? [])].flatMap(([name, text]): [string, string][] =>
    text === undefined ? [] : [[name, text]],
  );
  const users: WireMap = userVariables ? { packer_user_variables: Object.fromEntries(variables) } : {};
  const path: WireMap = templatePath === undefined ? {} : { packer_template_path: templatePath };
  return [{ ...facts, ...users, ...path }, wireOf(config) as WireMap];
}

/** Decoded arguments as they travel. The plugin converts what it needs in another type. */
function wireOf(value: unknown): WireValue {
  if (value instanceof LateTemplate) return value.text;
  if (typeof value === "symbol") return UNKNOWN;
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  if (Array.isArray(value)) return value.map(wireOf);
  if (typeof value !== "object") return null;
  const given = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(given.map(([name, item]) => [name, wireOf(item)]));
}

/** The texts in a configuration that are not to be shown: those of options whose names say so. */
export function secretsOf(config: HostedConfig, isSecret: (name: string) => boolean): readonly string[] {
  const found: string[] = [];
  const visit = (value: unknown, secret: boolean): void => {
    if (value instanceof LateTemplate) return visit(value.text, secret);
    if (typeof value === "string" && secret && value !== "") found.push(value);
    if (Array.isArray(value)) for (const item of value) visit(item, secret);
    else if (typeof value === "object" && value !== null)
      for (const [name, item] of Object.entries(value)) visit(item, secret || isSecret(name));
  };
  visit(config, false);
  return found;
}
