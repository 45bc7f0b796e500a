import type { Unit } from "../../../../core/plan/unit.ts";
import type { LabelTable } from "../labels.ts";

export interface FormatOptions {
  readonly labels: LabelTable;
  /** Of a container with imgbuild in it. */
  readonly image: string | undefined;
}

/** Units in the order of the plan, all of whose `dependsOn` are among them → text for an engine. */
export type Format = (units: readonly Unit[], options: FormatOptions) => string;

/** The metadata file of a unit, which `imgbuild manifest merge` puts together. */
export const partOf = ({ id }: Pick<Unit, "id">): string => `imgbuild-part-${id}.json`;

export const PART_VARIABLE = "IMGBUILD_METADATA_FILE";
