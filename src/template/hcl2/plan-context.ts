import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import type { SourceRange } from "../../language/source.ts";
import type { Component, ComponentKind } from "../../sdk/component.ts";
import { isComponent, type ComponentLookup } from "../component-lookup.ts";
import type { Interpolator } from "../interpolate/interpolator.ts";
import type { BuildIdentity } from "../../sdk/run.ts";
import type { Selection } from "../select-builds.ts";
import type { Declarations } from "./declarations.ts";
import type { References } from "./references.ts";

/** What planning the builds of a template takes. */
export interface PlanContext {
  readonly declarations: Declarations;
  /** `var`, `local`, `data`, `path`, `packer` and the functions. */
  readonly scope: Scope;
  readonly references: References;
  readonly interpolator: Interpolator;
  readonly lookup: ComponentLookup;
  readonly selection: Selection;
  readonly report: (...diagnostics: readonly Diagnostic[]) => void;
  readonly onSecrets: (secrets: readonly string[]) => void;
}

/** One source in one `build` block: what its provisioners and post-processors are planned for. */
export interface SourceInBuild {
  readonly identity: BuildIdentity;
  /** Every name `only`, `except` and `override` may call it by. */
  readonly names: readonly string[];
  readonly blockName: string;
  /** What the builder adds to `build.*`. */
  readonly generatedData: readonly string[];
}

/** The component of a type, after reporting that there is none; undefined too while it is still to be loaded. */
export function findComponent<Kind extends ComponentKind>(
  context: PlanContext,
  kind: Kind,
  type: string,
  subject: SourceRange,
): Extract<Component, { kind: Kind }> | undefined {
  const found = context.lookup.find(kind, type, subject);
  if (isComponent(found)) return found;
  if (found !== "loading") context.report(found);
  return undefined;
}
