import { LateTemplate } from "../../sdk/late-template.ts";
import { runFacts } from "../calls/plugin-config.ts";
import type { BuildIdentity } from "../../sdk/run.ts";
import type { WireMap, WireValue } from "../wire/wire-value.ts";
import { ctyConfig } from "./cty-config.ts";
import { factsOf, type HostedComponent, type Hosting } from "./hosting.ts";
import type { SentConfig } from "./sent-config.ts";
import type { HostedConfig } from "./spec-schema.ts";

/** What Packer writes for a value that is not known yet. */
const UNKNOWN = "<unknown>";

/** The build that a component is configured for. */
type ConfiguredBuild = Pick<BuildIdentity, "sourceName" | "builderType">;

interface Sending {
  readonly hosting: Pick<Hosting, "template" | "options" | "coreVersion">;
  readonly hosted: HostedComponent;
  readonly config: HostedConfig;
  readonly build: ConfiguredBuild;
  /** What `{{ build }}` may name, for provisioners and post-processors. */
  readonly placeholders?: WireMap | undefined;
}

/** As Packer sends it: from a template in HCL2 with the types of its values, from a legacy one as it is. */
export function sentConfig({ hosting, hosted, config, build, placeholders }: Sending): SentConfig {
  const { facts, own } = configParts(hosting, config, build);
  const isLegacy = hosting.template.userVariables !== undefined;
  const typed = isLegacy || !hosted.spec ? undefined : ctyConfig(own, hosted.spec);
  // Where there is no `{{ }}`, nothing can name them.
  const mayName = JSON.stringify(own).includes("{{");
  return {
    parts: [facts, typed ?? own, ...(placeholders ? [placeholders] : [])],
    key: JSON.stringify([facts, own, mayName ? placeholders : undefined]),
    isRepeatable: typed !== undefined,
  };
}

/** The configuration of a component as plain maps: about the run, and its own. */
function configParts(
  hosting: Pick<Hosting, "template" | "options" | "coreVersion">,
  config: HostedConfig,
  build: ConfiguredBuild,
): { readonly facts: WireMap; readonly own: WireMap } {
  const { userVariables, sensitiveVariables, templatePath } = hosting.template;
  const facts = runFacts({ ...factsOf(hosting, build), sensitiveVariables });
  const variables = [...(userVariables ?? [])].flatMap(([name, text]): [string, string][] =>
    text === undefined ? [] : [[name, text]],
  );
  const users: WireMap = userVariables ? { packer_user_variables: Object.fromEntries(variables) } : {};
  const path: WireMap = templatePath === undefined ? {} : { packer_template_path: templatePath };
  return { facts: { ...facts, ...users, ...path }, own: wireOf(config) as WireMap };
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
