import { basename } from "node:path";
import { parseVersionConstraint, type VersionConstraint } from "../../lib/version-constraint.ts";
import { DEFAULT_COMPONENT, type PluginComponent, type PluginComponentKind } from "../plugin-host.ts";
import type { InstalledPlugin, RefusedPlugin } from "./check-binary.ts";
import type { Description } from "./description.ts";
import { filePrefix } from "./file-name.ts";
import { listInstalled, meets, type InstalledList, type ListOptions } from "./installed-plugins.ts";

/** One entry of `required_plugins`. */
export interface Requirement {
  /** Its key, by which its components go. */
  readonly accessor: string;
  readonly source: string;
  readonly version: string;
}

export interface ResolvedPlugins {
  /** Under each accessor one plugin: those that are required, then all others under their own names. */
  readonly plugins: ReadonlyMap<string, InstalledPlugin>;
  readonly missing: readonly MissingPlugin[];
  /** Plugins of several makers that have one name, and none of which is required by its source. */
  readonly ambiguous: readonly AmbiguousName[];
}

interface MissingPlugin {
  readonly requirement: Requirement;
  /** Installed, and of another version than is asked for. */
  readonly otherVersions: readonly InstalledPlugin[];
  /** There, and no use. */
  readonly refused: readonly RefusedPlugin[];
}

interface AmbiguousName {
  readonly name: string;
  readonly used: InstalledPlugin;
  readonly others: readonly InstalledPlugin[];
}

export interface ResolveOptions extends Omit<ListOptions, "source"> {
  /** Look for required plugins only: what the template uses is among them. */
  readonly onlyRequired?: boolean | undefined;
}

/** Which installed plugin stands behind which name, as in Packer, for a template with these requirements. */
export async function resolvePlugins(
  requirements: readonly Requirement[],
  options: ResolveOptions,
): Promise<ResolvedPlugins> {
  const everything = options.onlyRequired ? await listRequired(requirements, options) : await listInstalled(options);
  const found = requirements.map((requirement) => ({ requirement, ...findRequired(requirement, everything) }));
  const required = found.flatMap(({ requirement: { accessor }, plugin }) =>
    plugin ? [[accessor, plugin] as const] : [],
  );
  const missing = found.filter(({ plugin }) => plugin === undefined);
  const byName = lastByName(everything.usable);
  return {
    plugins: new Map([...byName, ...required]),
    missing: missing.map(({ requirement, otherVersions, refused }) => ({ requirement, otherVersions, refused })),
    ambiguous: [...byName.values()].flatMap((used) => ambiguity(used, everything, requirements)),
  };
}

async function listRequired(requirements: readonly Requirement[], options: ResolveOptions): Promise<InstalledList> {
  const sources = [...new Set(requirements.map(({ source }) => source))];
  const lists = await Promise.all(sources.map((source) => listInstalled({ ...options, source })));
  return { usable: lists.flatMap(({ usable }) => usable), refused: lists.flatMap(({ refused }) => refused) };
}

/** The plugin that meets a requirement: the last of those that Packer finds for it. */
function findRequired({ source, version }: Requirement, { usable, refused }: InstalledList) {
  const constraint: VersionConstraint = parseVersionConstraint(version) ?? [];
  const candidates = usable.filter((plugin) => mayBe(plugin, source));
  return {
    plugin: candidates.findLast((plugin) => meets(plugin.version, constraint)),
    otherVersions: candidates.filter((plugin) => !meets(plugin.version, constraint)),
    refused: refused.filter((plugin) => mayBe(plugin, source)),
  };
}

/** Packer looks for a plugin of that name in the folder of the namespace and all below. */
export function mayBe(plugin: { readonly path: string; readonly source: string }, source: string): boolean {
  const folder = source.slice(0, source.lastIndexOf("/"));
  const isBelow = plugin.source === folder || plugin.source.startsWith(`${folder}/`);
  return isBelow && basename(plugin.path).startsWith(filePrefix(source.slice(folder.length + 1)));
}

function lastByName(usable: readonly InstalledPlugin[]): ReadonlyMap<string, InstalledPlugin> {
  return new Map(usable.map((plugin) => [plugin.name, plugin]));
}

function ambiguity(
  used: InstalledPlugin,
  { usable }: InstalledList,
  requirements: readonly Requirement[],
): readonly AmbiguousName[] {
  const isRequired = requirements.some(({ source }) => mayBe(used, source));
  const others = usable.filter(({ name, source }) => name === used.name && source !== used.source);
  return isRequired || others.length === 0 ? [] : [{ name: used.name, used, others }];
}

const lists: Readonly<Record<PluginComponentKind, keyof Description>> = {
  builder: "builders",
  provisioner: "provisioners",
  "post-processor": "postProcessors",
  datasource: "dataSources",
};

/**
 * The types of one kind that templates may name: `ACCESSOR`, or `ACCESSOR-COMPONENT`. `PACKER_FORCE_GOB` keeps plugins from
 * the second version of the protocol, as in Packer.
 */
export function componentTypes(
  plugins: ReadonlyMap<string, InstalledPlugin>,
  kind: PluginComponentKind,
  env: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, PluginComponent> {
  const forceGob = !["", "0"].includes(env["PACKER_FORCE_GOB"] ?? "");
  const types = [...plugins].flatMap(([accessor, { path, name: plugin, description }]) => {
    const names = description[lists[kind]] as readonly string[];
    return names.map((name): readonly [string, PluginComponent] => {
      const type = name === DEFAULT_COMPONENT ? accessor : `${accessor}-${name}`;
      return [type, { path, plugin, kind, name, protobuf: description.protobuf && !forceGob }];
    });
  });
  return new Map(types);
}
