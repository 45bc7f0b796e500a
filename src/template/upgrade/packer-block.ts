import { stepsOf, type LegacyTemplate } from "../json/legacy-template.ts";
import { quoteHcl } from "./hcl-text.ts";

type PluginSource = (type: string) => string | undefined;

/** The `packer` block of an upgraded template; nothing where the template asks for nothing. */
export function packerBlock(template: LegacyTemplate, pluginSource: PluginSource): readonly string[] {
  const lines = [...requiredVersion(template), ...requiredPlugins(template, pluginSource)];
  return lines.length === 0 ? [] : ["packer {", ...lines, "}", ""];
}

function requiredVersion({ minimumVersion }: LegacyTemplate): readonly string[] {
  if (minimumVersion === undefined) return [];
  const constraint = `>= ${minimumVersion}`;
  return [`required_version = ${quoteHcl(constraint)}`];
}

function requiredPlugins(template: LegacyTemplate, pluginSource: PluginSource): readonly string[] {
  const types = [...template.builders, ...stepsOf(template)].map(({ type }) => String(type));
  const sources = new Set(types.flatMap((type) => pluginSource(type) ?? []));
  if (sources.size === 0) return [];
  return ["", "required_plugins {", ...[...sources].sort().flatMap(requirement), "}"];
}

function requirement(source: string): readonly string[] {
  const name = source.split("/").at(-1)!;
  return [`${name} = {`, `source = ${quoteHcl(source)}`, 'version = "~> 1"', "}"];
}
