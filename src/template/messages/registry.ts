import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import { error, warning } from "../diagnostics.ts";

/** The HCP Packer registry, which imgbuild reads and does not use. */

export const registryIgnored = (subject: SourceRange): Diagnostic =>
  warning(
    "registry-ignored",
    subject,
    "HCP registry is not used",
    "imgbuild publishes nothing to the HCP Packer registry. The block has no effect.",
  );

export const secondRegistry = (subject: SourceRange, first: SourceRange): Diagnostic =>
  error(
    "duplicate-block",
    { subject, context: { ...first, end: subject.end } },
    "A second registry",
    'There can be only one "hcp_packer_registry" block. Put what belongs to it into the first.',
  );

export const longDescription = (subject: SourceRange): Diagnostic =>
  error(
    "registry-limit",
    subject,
    "Description too long",
    "A description in the registry has at most 255 bytes. Shorten it, or put the rest into the labels.",
  );

export const invalidBucket = (subject: SourceRange): Diagnostic =>
  error(
    "registry-limit",
    subject,
    "Invalid name of a bucket",
    'The name of a bucket is made of 3 to 36 letters, digits and "-".',
  );
