/**
 * Version constraints as HCL tools write them: `>= 1.7.0, < 2.0`, `~> 1.2`.
 * Source: documentation of version constraints of HashiCorp tools (facts only).
 */
export type VersionConstraint = readonly Condition[];

interface Condition {
  readonly operator: string;
  readonly version: Version;
}

interface Version {
  /** As many as were written, at least one. */
  readonly segments: readonly number[];
  readonly preRelease: string;
}

/** The conditions of a constraint, or undefined where the text is not one. */
export function parseVersionConstraint(text: string): VersionConstraint | undefined {
  const conditions = text.split(",").map(parseCondition);
  return conditions.every((condition) => condition !== undefined) ? conditions : undefined;
}

function parseCondition(text: string): Condition | undefined {
  const match = /^\s*(=|!=|>=|<=|>|<|~>)?\s*v?(\S+)\s*$/.exec(text);
  const version = match && parseVersion(match[2]!);
  if (!version) return undefined;
  return { operator: match[1] ?? "=", version };
}

function parseVersion(text: string): Version | undefined {
  const match = /^(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.~-]+))?(?:\+[0-9A-Za-z.~-]+)?$/.exec(text);
  if (!match) return undefined;
  return { segments: match[1]!.split(".").map(Number), preRelease: match[2] ?? "" };
}

/** Whether a version meets all conditions. @throws RangeError when `version` is not a version. */
export function satisfies(version: string, constraint: VersionConstraint): boolean {
  const parsed = versionOf(version);
  return constraint.every(({ operator, version: wanted }) => checks[operator]!(parsed, wanted));
}

const checks: Readonly<Record<string, (version: Version, wanted: Version) => boolean>> = {
  "=": (version, wanted) => compare(version, wanted) === 0,
  "!=": (version, wanted) => compare(version, wanted) !== 0,
  ">": (version, wanted) => compare(version, wanted) > 0,
  ">=": (version, wanted) => compare(version, wanted) >= 0,
  "<": (version, wanted) => compare(version, wanted) < 0,
  "<=": (version, wanted) => compare(version, wanted) <= 0,
  // All segments but the last one written have to agree.
  "~>": (version, wanted) =>
    compare(version, wanted) >= 0 &&
    wanted.segments.slice(0, -1).every((segment, index) => (version.segments[index] ?? 0) === segment),
};

/** Below 0 when `a` is the older one; a release comes after its own pre-releases. @throws RangeError for what is no version. */
export function compareVersions(a: string, b: string): number {
  return compare(versionOf(a), versionOf(b));
}

/** The parts of a version: its numbers, as they were written, and what comes after `-` and `+`. `undefined` for no version. */
export function versionParts(text: string): VersionParts | undefined {
  const version = parseVersion(text);
  return version && { ...version, metadata: /\+(.*)$/.exec(text)?.[1] ?? "" };
}

export interface VersionParts extends Version {
  readonly metadata: string;
}

function versionOf(text: string): Version {
  const version = parseVersion(text);
  if (!version) throw new RangeError(`"${text}" is not a version`);
  return version;
}

function compare(a: Version, b: Version): number {
  for (let index = 0; index < Math.max(a.segments.length, b.segments.length); index++) {
    const difference = (a.segments[index] ?? 0) - (b.segments[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.preRelease === b.preRelease) return 0;
  // A release comes after its own pre-releases.
  if (a.preRelease === "") return 1;
  if (b.preRelease === "") return -1;
  return comparePreReleases(a.preRelease.split("."), b.preRelease.split("."));
}

function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = compareParts(a[index], b[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** One that is missing comes first, then numbers, then texts. */
function compareParts(left: string | undefined, right: string | undefined): number {
  if (left === right) return 0;
  if (left === undefined) return -1;
  if (right === undefined) return 1;
  const [isLeftNumber, isRightNumber] = [isNumber(left), isNumber(right)];
  if (isLeftNumber && isRightNumber) return Number(left) - Number(right);
  if (isLeftNumber !== isRightNumber) return isLeftNumber ? -1 : 1;
  return left < right ? -1 : 1;
}

const isNumber = (part: string): boolean => /^\d+$/.test(part);
