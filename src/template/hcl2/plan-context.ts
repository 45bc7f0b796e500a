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
}

/** One source in one `build` block: what its provisioners and post-processors are planned for. */
export interface SourceInBuild {
  readonly identity: BuildIdentity;
  /** Every name `only`, `except` and `override` may call it by. */
  readonly names: readonly string[];
  readonly blockName: string;
  /** What the builder adds to `build.*`; undefined where that is not known yet. */
  readonly generatedData: readonly string[] | undefined;
  /** What `source` means in the build: `source.type` and `source.name`. */
  readonly value: Value;
}
