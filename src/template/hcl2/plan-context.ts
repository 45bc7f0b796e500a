import type { Block } from "../../language/ast.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import type { Value } from "../../language/value.ts";
import type { BuildIdentity } from "../../sdk/run.ts";
import type { ComponentLookup } from "../component-lookup.ts";
import type { Interpolator } from "../interpolate/interpolator.ts";
import type { LoadContext } from "../load-context.ts";
import type { PlanningRound } from "../plan-until-loaded.ts";
import type { Declarations } from "./declarations.ts";
import type { References } from "./references.ts";

/** What evaluating a template in HCL2 takes. */
export interface Hcl2Context extends LoadContext {
  readonly declarations: Declarations;
  readonly references: References;
  readonly interpolator: Interpolator;
  readonly lookup: ComponentLookup;
}

/** What planning the builds of a template takes. */
export interface PlanContext extends Omit<Hcl2Context, "report">, PlanningRound {
  /** `var`, `local`, `data`, `path`, `packer` and the functions. */
  readonly scope: Scope;
  readonly notes: PlanNotes;
}

/** What is noticed while the builds of a template are planned. */
interface PlanNotes {
  /** The addresses of sources that builds refer to. */
  readonly used: Set<string>;
  /** A build refers to a source that there is not, or is not known yet: others may only seem to be unused. */
  isIncomplete: boolean;
  /** Which sources are used is computed: others are there to be chosen. */
  isComputed: boolean;
  readonly blocks: PlannedBlock[];
}

/** A `build` block in one round of its `for_each`, once its sources were read. */
export interface PlannedBlock {
  readonly block: Block;
  readonly name: string | undefined;
  readonly scope: Scope;
  readonly members: BlockMember[];
}

/** A source in a build block. */
export interface BlockMember {
  /** What `only` and `except` may call it. */
  readonly names: readonly string[];
  /** By `-only` and `-except`. */
  readonly isSelected: boolean;
}

/** What a source is called in a build block: each name means one thing. */
export interface SourceNames {
  /** For `override`. */
  readonly label: string;
  /** `type.label`, for `only` and `except`. */
  readonly address: string;
  /** With the name of the build block, for `-only` and `-except`. */
  readonly displayed: string;
  /** The source has a `for_each` without elements, so that names of its kind may come to be. */
  readonly isOpen: boolean;
}

/** One source in one `build` block: what its provisioners and post-processors are planned for. */
export interface SourceInBuild {
  readonly identity: BuildIdentity;
  readonly names: SourceNames;
  /** The names of all sources of the build block. */
  readonly namesInBlock: readonly SourceNames[];
  readonly blockName: string;
  /** What the builder adds to `build.*`. */
  readonly generatedData: readonly string[] | "any";
  /** `build.*` before the machine runs. */
  readonly buildBefore: Value;
  /** What `source` means in the build: `source.type` and `source.name`. */
  readonly value: Value;
}
