import { plugins } from "../../../registry.ts";
import type { Plugin } from "../../../sdk/plugin.ts";
import type { RequiredPlugin } from "../../../template/model.ts";

/** Whether imgbuild has the components of a Packer plugin itself. The version does not matter then. */
export function isBuiltIn({ source }: Pick<RequiredPlugin, "source">): boolean {
  return plugins.some((plugin) => plugin.source === source);
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
