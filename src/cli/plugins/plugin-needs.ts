import { registry } from "../../registry.ts";
import type { ComponentKind } from "../../sdk/component.ts";
import type { Host } from "../../sdk/host.ts";
import type { Registry } from "../../sdk/registry.ts";
import { loadTemplate } from "../../template/load-template.ts";
import type { BuildPlan, RequiredPlugin } from "../../template/model.ts";
import type { FlagValues } from "../command.ts";
import { templateOptions, type templateFlags } from "../template-flags.ts";
import { withUnknownComponents } from "./unknown-components.ts";

/** Which of its required plugins a template uses where. */
export interface PluginNeeds {
  /** Builds that are selected, with the accessors of the plugins each uses beyond what is built in. */
  readonly builds: readonly { readonly name: string; readonly plugins: ReadonlySet<string> }[];
  /** Used whatever is built: its data sources are read for every build. */
  readonly everywhere: ReadonlySet<string>;
}

export interface NeedsOptions {
  readonly path: string;
  readonly flags: FlagValues<typeof templateFlags>;
  readonly required: readonly RequiredPlugin[];
  readonly signal: AbortSignal;
}

/** `undefined` where the template cannot be understood that far: then anything may be needed. */
export async function findPluginNeeds(host: Host, options: NeedsOptions): Promise<PluginNeeds | undefined> {
  const { path, flags, required, signal } = options;
  const asked = askedFor(withUnknownComponents(registry));
  const { template } = await loadTemplate({
    ...templateOptions(flags),
    path,
    host,
    registry: asked.registry,
    undeclaredVariables: "ignore",
    onSecret: () => {},
    signal,
  });
  if (!template || template.builds.length === 0) return undefined;
  const pluginsOf = (uses: readonly Use[]): ReadonlySet<string> =>
    new Set(uses.filter(isNotBuiltIn).flatMap(({ type }) => accessorOf(type, required) ?? []));
  return {
    builds: template.builds.map((build) => ({ name: build.identity.name, plugins: pluginsOf(usesOf(build)) })),
    everywhere: pluginsOf(asked.dataSources().map((type) => ({ kind: "data-source", type }))),
  };
}

interface Use {
  readonly kind: ComponentKind;
  readonly type: string;
}

const isNotBuiltIn = ({ kind, type }: Use): boolean => !registry.types(kind).includes(type);

function usesOf({ builder, provisioners, errorCleanupProvisioner, chains }: BuildPlan): readonly Use[] {
  const cleanup = errorCleanupProvisioner ? [errorCleanupProvisioner] : [];
  const planned = [builder, ...provisioners, ...cleanup, ...chains.flat()];
  return planned.map(({ component, type }) => ({ kind: component.kind, type }));
}

/** Data sources belong to no build: which there are is seen from what the loader asks for. */
function askedFor(inner: Registry): { readonly registry: Registry; dataSources(): readonly string[] } {
  const types = new Set<string>();
  const load: Registry["load"] = (kind, type) => {
    if (kind === "data-source") types.add(type);
    return inner.load(kind, type);
  };
  return { registry: { ...inner, load }, dataSources: () => [...types] };
}

/** The required plugin whose accessor a type begins with; of several the longest. */
function accessorOf(type: string, required: readonly RequiredPlugin[]): string | undefined {
  const names = required.map(({ name }) => name).filter((name) => type === name || type.startsWith(`${name}-`));
  return names.sort((one, other) => other.length - one.length)[0];
}
