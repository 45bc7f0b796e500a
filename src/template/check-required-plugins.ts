import type { Diagnostic } from "../language/diagnostic.ts";
import { nearest } from "../lib/did-you-mean.ts";
import type { Plugin } from "../sdk/plugin.ts";
import { knownPluginSources } from "./known-plugins.ts";
import { misspeltPlugin, otherPluginVersion } from "./messages/components.ts";
import type { RequiredPlugin } from "./model.ts";
import { parseVersionConstraint, satisfies } from "../lib/version-constraint.ts";

/** What is doubtful about `required_plugins`: addresses that nearly are others, versions that ours does not stand for. */
export function checkRequiredPlugins(
  required: readonly RequiredPlugin[],
  builtIn: readonly Plugin[],
): readonly Diagnostic[] {
  return required.flatMap((plugin) => {
    const ours = builtIn.find(({ source }) => source === plugin.source);
    return ours ? checkVersion(plugin, ours) : checkSource(plugin, builtIn);
  });
}

function checkVersion(required: RequiredPlugin, { version }: Plugin): readonly Diagnostic[] {
  const constraint = parseVersionConstraint(required.version);
  if (!constraint || version === undefined || satisfies(version, constraint)) return [];
  return [otherPluginVersion(required, version)];
}

function checkSource(required: RequiredPlugin, builtIn: readonly Plugin[]): readonly Diagnostic[] {
  const known = knownPluginSources(builtIn);
  if (known.includes(required.source)) return [];
  const meant = nearest(lastPart(required.source), known.map(lastPart));
  const source = known.find((other) => lastPart(other) === meant && ownerOf(other) === ownerOf(required.source));
  // Other owners have plugins of names like these.
  return source === undefined ? [] : [misspeltPlugin(required, source)];
}

const lastPart = (source: string): string => source.slice(source.lastIndexOf("/") + 1);
const ownerOf = (source: string): string => source.slice(0, source.lastIndexOf("/"));
