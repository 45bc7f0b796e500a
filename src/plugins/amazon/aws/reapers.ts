import { imageKind, snapshotKind } from "./kinds/image.ts";
import { importTaskKind } from "./kinds/import.ts";
import { instanceKind } from "./kinds/instance.ts";
import { keyPairKind, launchTemplateKind, securityGroupKind } from "./kinds/network.ts";
import { instanceProfileKind } from "./kinds/profile.ts";
import { s3ObjectKind } from "./kinds/s3-object.ts";
import { reaperOf, type OwnedKind } from "./owned.ts";

const kinds = [
  instanceKind,
  keyPairKind,
  securityGroupKind,
  launchTemplateKind,
  imageKind,
  snapshotKind,
  instanceProfileKind,
  importTaskKind,
  s3ObjectKind,
] as const satisfies readonly OwnedKind[];

/** Who removes what dead runs left in AWS. */
export const amazonReapers = new Map(kinds.map((kind) => [kind.kind, reaperOf(kind)]));
