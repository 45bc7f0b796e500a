import { parseVersionConstraint } from "../../lib/version-constraint.ts";
import type { InstalledPlugin } from "../../plugin-host/installed/check-binary.ts";
import { listInstalled, meets, type InstalledList } from "../../plugin-host/installed/installed-plugins.ts";
import { mayBe } from "../../plugin-host/installed/resolve-plugins.ts";
import { installRelease, type InstalledRelease } from "../../plugin-host/install/install-release.ts";
import type { PlacedBinary } from "../../plugin-host/install/place-binary.ts";
import { lockProblem, lockTarget, LockViolation, type LockedPlugin } from "../../plugin-host/install/plugin-lock.ts";
import type { RequiredPlugin } from "../../template/model.ts";
import { installOptions, pluginSource, type Downloading } from "./install-options.ts";

export interface RequiredOptions extends Downloading {
  readonly locked: LockedPlugin | undefined;
  /** Take the newest release that is allowed, whatever is locked or installed. */
  readonly upgrade: boolean;
  /** Install again what is there. */
  readonly force: boolean;
}

/** A required plugin that is there now. */
export interface ReadyPlugin {
  readonly path: string;
  readonly version: string;
  readonly wasThere: boolean;
  /** What a lock file is to say of it; nothing of a development build, which nobody else can get. */
  readonly seen: LockedPlugin | undefined;
}

/** Sees to it that a required plugin is there, as it is locked. Rejects with a `BuildError`. */
export async function installRequired(plugin: RequiredPlugin, options: RequiredOptions): Promise<ReadyPlugin> {
  const source = pluginSource(plugin.source);
  const constraint = parseVersionConstraint(plugin.version) ?? [];
  const { world, locked, upgrade, force } = options;
  if (locked && !upgrade && !meets(locked.version, constraint)) throw lockedOut(plugin, locked);
  const installed = await listInstalled({ ...world, source: source.text });
  const present = upgrade || force ? undefined : findPresent(installed, plugin, locked);
  if (present) return { ...present, wasThere: true, seen: seenOf(plugin.source, present) };
  const request = {
    source: source.text,
    constraint,
    constraintText: plugin.version,
    pinned: upgrade ? undefined : locked,
  };
  const placed = (version: string): PlacedBinary | undefined =>
    force ? undefined : installed.usable.find((other) => other.version === version && mayBe(other, source.text));
  const release = await installRelease(request, { ...installOptions(source, options), installed: placed });
  return {
    path: release.path,
    version: release.version,
    wasThere: release.wasThere,
    seen: seenOf(source.text, release),
  };
}

/**
 * What is there and need not be installed: the very release that is locked, else the newest that is allowed. A
 * development build will do as well: somebody has put it there on purpose.
 */
function findPresent(
  { usable }: InstalledList,
  { source, version }: RequiredPlugin,
  locked: LockedPlugin | undefined,
): InstalledPlugin | undefined {
  const constraint = parseVersionConstraint(version) ?? [];
  const allowed = usable.filter((plugin) => mayBe(plugin, source) && meets(plugin.version, constraint));
  if (!locked) return allowed.at(-1);
  const same = allowed.findLast((plugin) => plugin.version === locked.version);
  const problem = same && lockProblem(same, locked);
  if (problem === undefined) return same;
  throw new LockViolation(`${source} v${locked.version} is not what is locked`, {
    hint: `${problem}\nIt is here:\n    ${same!.path}\nTo fetch it again:\n    imgbuild init -force`,
  });
}

function seenOf(source: string, plugin: InstalledPlugin | InstalledRelease): LockedPlugin | undefined {
  const { version, sha256 } = plugin;
  if (version.includes("-")) return undefined;
  const archives = "archives" in plugin ? plugin.archives : {};
  return { source, version, archives, binaries: { [lockTarget]: sha256 } };
}

function lockedOut({ source, version }: RequiredPlugin, locked: LockedPlugin): LockViolation {
  return new LockViolation(`${source} is locked at version ${locked.version}, and the template asks for ${version}`, {
    hint: "To take a version that it allows, and lock that:\n    imgbuild init -upgrade",
  });
}
