import type { Report } from "../diagnostics.ts";
import { COMPATIBLE_PACKER_VERSION } from "../../lib/packer-version.ts";
import { parseVersionConstraint, satisfies } from "../../lib/version-constraint.ts";
import type { JsonData } from "./json-data.ts";
import type { LegacyTemplate } from "./legacy-template.ts";
import { invalidVersion, unsupportedVersion } from "../messages/legacy.ts";

/** Checks `min_packer_version` against the release whose behaviour templates can rely on. */
export function checkMinimumVersion({ minimumVersion }: LegacyTemplate, data: JsonData, report: Report): void {
  if (minimumVersion === undefined) return;
  const subject = data.rangeOf(data.root, ["min_packer_version"]);
  const constraint = parseVersionConstraint(`>= ${minimumVersion}`);
  if (!constraint) report(invalidVersion(subject));
  else if (!satisfies(COMPATIBLE_PACKER_VERSION, constraint)) report(unsupportedVersion(minimumVersion, subject));
}
