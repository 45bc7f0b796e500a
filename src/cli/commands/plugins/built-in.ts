import { registry } from "../../../registry.ts";
import type { ComponentKind } from "../../../sdk/component.ts";
import { pluginOf } from "../../../template/known-plugins.ts";
import type { RequiredPlugin } from "../../../template/model.ts";

const KINDS: readonly ComponentKind[] = ["builder", "provisioner", "post-processor", "data-source"];

/** Whether imgbuild has the components of a Packer plugin itself. The version does not matter then. */
export function isBuiltIn({ source }: Pick<RequiredPlugin, "source">): boolean {
  return builtInTypes().some(([, type]) => pluginOf(type) === source);
}

/** The components that are Packer plugins elsewhere, by plugin. */
export function builtInPlugins(): ReadonlyMap<string, readonly string[]> {
  const plugins = new Map<string, string[]>();
  for (const [kind, type] of builtInTypes()) {
    const source = pluginOf(type);
    if (source !== undefined) plugins.set(source, [...(plugins.get(source) ?? []), `${kind} ${type}`]);
  }
  return plugins;
}

function builtInTypes(): readonly (readonly [ComponentKind, string])[] {
  return KINDS.flatMap((kind) => registry.types(kind).map((type) => [kind, type] as const));
}
