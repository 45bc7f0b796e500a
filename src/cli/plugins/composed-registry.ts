import type { SourceRange } from "../../language/source.ts";
import { nearest } from "../../lib/did-you-mean.ts";
import { registry as builtIn } from "../../registry.ts";
import type { Component, ComponentKind } from "../../sdk/component.ts";
import type { Plugin } from "../../sdk/plugin.ts";
import type { Registry } from "../../sdk/registry.ts";
import { isLackedHere, pluginSourceOf } from "../../template/known-plugins.ts";
import type { RegistryTemplate } from "../../template/load-options.ts";
import type { RequiredPlugin } from "../../template/model.ts";
import { accessorsOf } from "./accessors-of.ts";
import type { Found, HostedComponents } from "./hosted-components.ts";

/** What a template needs of a plugin that is not installed. */
export interface MissedPlugin {
  /** By which its components go. */
  readonly accessor: string;
  readonly source: string;
  /** Absent where the template does not say it. */
  readonly requirement: RequiredPlugin | undefined;
  /** Without `requirement`, too: the plugin is one of which imgbuild has the other components. Else the source is a guess. */
  readonly isCertain: boolean;
  /** Sentences about files that might have been it. */
  readonly reasons: readonly string[];
  readonly types: Set<string>;
  /** Where it is used first. */
  readonly subject: SourceRange | undefined;
}

/** What is built in, and behind it what plugins have. */
export interface ComposedRegistry extends Registry {
  /** By source. */
  readonly missed: ReadonlyMap<string, MissedPlugin>;
}

export interface ComposeOptions {
  readonly template: RegistryTemplate;
  /** Plugins that are used as they are installed, even for what is built in. */
  readonly preferred: readonly string[];
  /** Loaded when the first type is not built in. */
  readonly loadHosted: () => Promise<HostedComponents>;
}

export function composeRegistry({ template, preferred, loadHosted }: ComposeOptions): ComposedRegistry {
  const { requiredPlugins } = template;
  const missed = new Map<string, MissedPlugin>();
  const failed = new Map<string, Found & { readonly kind: "absent" }>();
  const types = new Map<ComponentKind, Set<string>>();
  const isPreferred = (type: string): boolean =>
    accessorsOf(type).some((name) => preferred.includes(name) || requiredPlugins.some(takesThePlace(name)));
  return {
    missed,
    plugins: builtIn.plugins,
    types: (kind) => [...new Set([...builtIn.types(kind), ...(types.get(kind) ?? [])])],
    has: () => true,
    load: async <Kind extends ComponentKind>(kind: Kind, type: string) => {
      const isOurs = builtIn.types(kind).includes(type);
      const wantsOther = isPreferred(type);
      if (isOurs && !wantsOther) return builtIn.load(kind, type);
      const hosted = await loadHosted();
      const found = await hosted.find(kind, type, { requiredPlugins, isAsked: isOurs });
      for (const [ofKind, names] of found.types) types.set(ofKind, new Set([...(types.get(ofKind) ?? []), ...names]));
      if (found.kind === "absent") failed.set(`${kind} ${type}`, found);
      return found.kind === "there" ? (found.component as Extract<Component, { kind: Kind }>) : undefined;
    },
    missingPlugin: (kind, type, subject) => {
      const found = failed.get(`${kind} ${type}`);
      const source = found && sourceOf(kind, type, found);
      if (!source) return undefined;
      const known = missed.get(source);
      const accessor = found.requirement?.name ?? type.split("-")[0]!;
      const types = (known?.types ?? new Set()).add(type);
      const isCertain = isLackedHere(kind, type);
      missed.set(source, known ?? { ...found, accessor, source, isCertain, types, subject });
      return source;
    },
  };
}

/** Whether a template asks for another maker's plugin under a name of ours. */
function takesThePlace(name: string): (required: RequiredPlugin) => boolean {
  const ours = builtIn.plugins.find((plugin: Plugin) => plugin.name === name);
  return (required) => ours?.source !== undefined && required.name === name && required.source !== ours.source;
}

/** `undefined` where the type is of no plugin that could be installed: it is misspelt. */
function sourceOf(kind: ComponentKind, type: string, found: Found & { readonly kind: "absent" }): string | undefined {
  if (found.isInstalled) return undefined;
  const source = found.requirement?.source ?? pluginSourceOf(type, builtIn.plugins);
  const isOurs = builtIn.plugins.some((plugin) => plugin.source === source);
  if (!isOurs) return source;
  const isMisspelt = nearest(type, builtIn.types(kind)) !== undefined && !isLackedHere(kind, type);
  const isKnown = isLackedHere(kind, type) || found.requirement?.name !== undefined;
  return isKnown && !isMisspelt ? source : undefined;
}
