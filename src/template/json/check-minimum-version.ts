import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import { error, type Report } from "../diagnostics.ts";
import { COMPATIBLE_PACKER_VERSION } from "../packer-version.ts";
import { parseVersionConstraint, satisfies } from "../version-constraint.ts";
import type { JsonData } from "./json-data.ts";
import type { LegacyTemplate } from "./legacy-template.ts";

/** Checks `min_packer_version` against the release whose behaviour templates can rely on. */
export function checkMinimumVersion({ minimumVersion }: LegacyTemplate, data: JsonData, report: Report): void {
  if (minimumVersion === undefined) return;
  const subject = data.rangeOf(data.root, ["min_packer_version"]);
  const constraint = parseVersionConstraint(`>= ${minimumVersion}`);
  if (!constraint) report(invalidVersion(subject));
  else if (!satisfies(COMPATIBLE_PACKER_VERSION, constraint)) report(unsupportedVersion(minimumVersion, subject));
}

const invalidVersion = (subject: SourceRange | undefined): Diagnostic =>
  error("invalid-version-constraint", subject, "Invalid version", '"min_packer_version" is a version such as "1.7.0".');

const unsupportedVersion = (version: string, subject: SourceRange | undefined): Diagnostic =>
  error(
    "unsupported-version",
    subject,
    "Unsupported Packer version",
    `The template asks for Packer ${version} or later. imgbuild is compatible with Packer ${COMPATIBLE_PACKER_VERSION}.`,
  );
