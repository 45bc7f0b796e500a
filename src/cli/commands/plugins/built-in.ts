import { parseVersionConstraint, satisfies } from "../../../lib/version-constraint.ts";
import { plugins } from "../../../registry.ts";
import type { Plugin } from "../../../sdk/plugin.ts";
import type { RequiredPlugin } from "../../../template/model.ts";

/** The plugin of this address whose components imgbuild has itself. */
export function builtInPlugin(source: string): Plugin | undefined {
  return plugins.find((plugin) => plugin.source === source);
}

/** What is to be said where the version that is built in is not one the template asks for. */
export function builtInNote({ source, version }: Pick<RequiredPlugin, "source" | "version">): string | undefined {
  const covered = builtInPlugin(source)?.version;
  if (covered === undefined || satisfies(covered, parseVersionConstraint(version) ?? [])) return undefined;
  return `What is built in has the options of version ${covered}, which is not ${version}.`;
}

/** The components that are Packer plugins elsewhere, by plugin. */
export function builtInPlugins(): ReadonlyMap<string, readonly string[]> {
  const elsewhere = plugins.filter(({ source }) => source !== undefined);
  return new Map(elsewhere.map((plugin) => [plugin.source!, componentsOf(plugin)]));
}

function componentsOf(plugin: Plugin): readonly string[] {
  const named = (kind: string, table: object = {}) => Object.keys(table).map((type) => `${kind} ${type}`);
  return [
    ...named("builder", plugin.builders),
    ...named("provisioner", plugin.provisioners),
    ...named("post-processor", plugin.postProcessors),
    ...named("data-source", plugin.dataSources),
  ];
}
