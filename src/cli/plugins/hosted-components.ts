import { loadHosted } from "../../plugin-host/components/load-component.ts";
import type { HostedComponent, Hosting } from "../../plugin-host/components/hosting.ts";
import { componentTypes, resolvePlugins, type ResolvedPlugins } from "../../plugin-host/installed/resolve-plugins.ts";
import { LockViolation, lockProblem, type PluginLock } from "../../plugin-host/install/plugin-lock.ts";
import type { PluginComponentKind } from "../../plugin-host/plugin-host.ts";
import type { Component, ComponentKind } from "../../sdk/component.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Emit } from "../../sdk/event.ts";
import type { RequiredPlugin } from "../../template/model.ts";
import { accessorsOf } from "./accessors-of.ts";
import type { PluginWorld } from "./plugin-world.ts";

/** The components of the plugins that are installed. */
export interface HostedComponents {
  /** Rejects with a `BuildError` where the component is there and cannot be used, or was asked for and is not there. */
  find(kind: ComponentKind, type: string, need: Need): Promise<Found>;
  /** Of all plugins. */
  list(): Promise<readonly HostedType[]>;
}

interface Need {
  readonly requiredPlugins: readonly RequiredPlugin[];
  /** By the user, in the place of what is built in. */
  readonly isAsked: boolean;
}

export interface HostedType {
  readonly kind: ComponentKind;
  readonly type: string;
  /** Of its plugin: `github.com/hashicorp/docker`. */
  readonly source: string;
  load(): Promise<Component>;
}

/** What was found, and the types of the plugins that were looked at. */
export type Found = {
  readonly types: ReadonlyMap<ComponentKind, readonly string[]>;
} & (
  | { readonly kind: "there"; readonly component: Component }
  | {
      readonly kind: "absent";
      readonly requirement: RequiredPlugin | undefined;
      /** The plugin is there, and has no such component. */
      readonly isInstalled: boolean;
      /** Sentences about files that might have been it. */
      readonly reasons: readonly string[];
    }
);

interface Rooms {
  readonly world: PluginWorld;
  readonly hosting: Hosting;
  readonly emit: Emit;
  /** What is locked beside the template. Rejects with a `BuildError`. */
  readonly lock: () => Promise<PluginLock>;
}

const KINDS: ReadonlyMap<ComponentKind, PluginComponentKind> = new Map([
  ["builder", "builder"],
  ["provisioner", "provisioner"],
  ["post-processor", "post-processor"],
  ["data-source", "datasource"],
]);

export function hostedComponents(rooms: Rooms): HostedComponents {
  const told = new Set<string>();
  return {
    find: async (kind, type, need) => {
      const requirement = requirementOf(type, need.requiredPlugins);
      const resolved = await resolve(rooms, type, requirement);
      tellAmbiguous(rooms, resolved, told);
      const types = new Map([...KINDS.keys()].map((one) => [one, [...typesOf(rooms, resolved, one).keys()]] as const));
      // Another version than is asked for is not used.
      const isMissing = resolved.missing.length > 0;
      const hosted = isMissing ? undefined : typesOf(rooms, resolved, kind).get(type);
      if (hosted && requirement) await checkLock(rooms, requirement, hosted);
      if (hosted) return { kind: "there", types, component: await loadHosted(rooms.hosting, hosted) };
      const isInstalled = !isMissing && resolved.plugins.size > 0;
      if (need.isAsked && !isInstalled) throw notInstalled(type, requirement);
      return { kind: "absent", types, requirement, isInstalled, reasons: reasonsOf(resolved) };
    },
    list: async () => {
      const resolved = await resolvePlugins([], rooms.world);
      return [...KINDS.keys()].flatMap((kind) =>
        [...typesOf(rooms, resolved, kind)].map(([type, hosted]) => ({
          kind,
          type,
          source: hosted.source,
          load: () => loadHosted(rooms.hosting, hosted),
        })),
      );
    },
  };
}

/** The required plugin whose accessor a type begins with; of several the longest. */
function requirementOf(type: string, required: readonly RequiredPlugin[]): RequiredPlugin | undefined {
  const names = accessorsOf(type).toReversed();
  return names.flatMap((name) => required.filter((plugin) => plugin.name === name))[0];
}

/** Only what the type may be of is looked at: reading and starting plugins is what takes time. */
async function resolve(
  { world }: Rooms,
  type: string,
  requirement: RequiredPlugin | undefined,
): Promise<ResolvedPlugins> {
  if (!requirement) return resolvePlugins([], { ...world, names: accessorsOf(type) });
  const { name: accessor, source, version } = requirement;
  return resolvePlugins([{ accessor, source, version }], { ...world, onlyRequired: true });
}

/** A release that was locked is used as it was, or not at all. */
async function checkLock(
  { lock }: Rooms,
  { source }: RequiredPlugin,
  { component, sha256, version }: HostedComponent,
): Promise<void> {
  const problem = lockProblem({ version, sha256 }, (await lock()).get(source));
  if (problem === undefined) return;
  throw new LockViolation(`The plugin ${source} v${version} is not what is locked`, {
    hint: `${problem}\nIt is here:\n    ${component.path}\nTo fetch what is locked:\n    imgbuild init`,
  });
}

function typesOf(
  { world }: Rooms,
  { plugins }: ResolvedPlugins,
  kind: ComponentKind,
): ReadonlyMap<string, HostedComponent> {
  const byPath = new Map([...plugins.values()].map((plugin) => [plugin.path, plugin]));
  const components = componentTypes(plugins, KINDS.get(kind)!, world.env);
  return new Map(
    [...components].map(([type, component]) => {
      const { sha256, ...plugin } = byPath.get(component.path)!;
      const { source, version } = plugin;
      return [type, { type, component, sha256, source, version, origin: `${source} ${version}` }];
    }),
  );
}

function reasonsOf({ missing }: ResolvedPlugins): readonly string[] {
  return missing.flatMap(({ otherVersions, refused }) => [
    ...otherVersions.map(({ version }) => `Version ${version} is installed, which is not what the template asks for.`),
    ...refused.map(({ path, reason }) => `${path} is not used. ${reason}`),
  ]);
}

function notInstalled(type: string, requirement: RequiredPlugin | undefined): BuildError {
  const command = requirement
    ? "imgbuild init TEMPLATE"
    : `imgbuild plugins install github.com/hashicorp/${type.split("-")[0]!}`;
  return new BuildError(`The plugin for ${type} is asked for in place of what is built in, and is not installed`, {
    hint: `To install it:\n    ${command}`,
  });
}

function tellAmbiguous({ emit }: Rooms, { ambiguous }: ResolvedPlugins, told: Set<string>): void {
  for (const { name, used, others } of ambiguous) {
    if (told.has(name)) continue;
    told.add(name);
    const sources = [...new Set(others.map(({ source }) => source))].join(", ");
    emit({
      kind: "warning",
      text: `Several plugins are called "${name}": ${used.source} is used, not ${sources}. Say in required_plugins which is meant.`,
    });
  }
}
