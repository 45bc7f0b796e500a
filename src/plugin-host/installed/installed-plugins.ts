import { mapLimited } from "../../lib/limited.ts";
import { compareVersions, satisfies, type VersionConstraint } from "../../lib/version-constraint.ts";
import { checkBinary, type CheckOptions, type InstalledPlugin, type RefusedPlugin } from "./check-binary.ts";
import { findBinaries, type FindOptions } from "./find-binaries.ts";

export interface ListOptions extends CheckOptions, Pick<FindOptions, "directory" | "source" | "names"> {
  /** Leave out what is no release. */
  readonly releasesOnly?: boolean | undefined;
}

export interface InstalledList {
  /** In Packer's order, by name and version: of several the last is used. */
  readonly usable: readonly InstalledPlugin[];
  readonly refused: readonly RefusedPlugin[];
}

/** Several at once: most of the time goes into reading and starting them. */
const AT_ONCE = 4;

/** What is installed for this machine. */
export async function listInstalled(options: ListOptions): Promise<InstalledList> {
  const candidates = await findBinaries(options);
  const checked = await mapLimited(candidates, AT_ONCE, (candidate) => checkBinary(candidate, options));
  const usable = checked.filter((plugin) => "version" in plugin);
  const refused = checked.filter((plugin) => "reason" in plugin);
  const leftOut = usable.filter(({ version }) => options.releasesOnly === true && version.includes("-"));
  const wanted = usable.filter((plugin) => !leftOut.includes(plugin));
  return { usable: wanted.toSorted(inOrder), refused: [...refused, ...leftOut.map(asRefused)] };
}

const asRefused = ({ path, source }: InstalledPlugin): RefusedPlugin => ({
  path,
  source,
  reason: "It is a development build, and only releases are to be used.",
});

/** Of one version, a development build counts as the release it is going to be. */
export function meets(version: string, constraint: VersionConstraint): boolean {
  return satisfies(version.split("-")[0]!, constraint);
}

function inOrder(one: InstalledPlugin, other: InstalledPlugin): number {
  if (one.name !== other.name) return one.name < other.name ? -1 : 1;
  const byVersion = compareVersions(one.version, other.version);
  if (byVersion !== 0) return byVersion;
  const byApi = compareVersions(one.description.api.slice(1), other.description.api.slice(1));
  return byApi || (one.path < other.path ? -1 : 1);
}
