import type { Diagnostic } from "../language/diagnostic.ts";
import type { SourceRange } from "../language/source.ts";
import type { Component, GeneratedData } from "../sdk/component.ts";
import type { GivenArguments } from "./given-arguments.ts";
import { decodeComponent, diagnoseIssues, type ComponentInput } from "./decode.ts";
import type { InterpolationScope, Interpolator } from "./interpolate/interpolator.ts";
import type { BuildValueUse, DecodedComponent, Planned } from "./model.ts";
import { textsIn } from "./texts-in.ts";
import type { Secrets } from "./secrets.ts";

export interface PlanComponent<C extends Component> {
  readonly component: C;
  readonly name?: string | undefined;
  readonly range: SourceRange | undefined;
  /** Evaluates the arguments; `data` is what `build.*` means. */
  readonly readArguments: (data: GeneratedData | undefined) => GivenArguments;
  readonly interpolator: Interpolator;
  readonly scope: InterpolationScope;
  readonly weak: boolean;
  readonly metaArguments: ReadonlySet<string>;
  /** References to `build.*`; none in JSON. */
  readonly buildReferences?: () => readonly BuildValueUse[];
  /** Gets the texts in sensitive arguments. */
  readonly secrets: Secrets;
}

/**
 * A component with its arguments, decoded when asked. Without `data` the answer is kept: load and run need the same.
 */
export function planComponent<C extends Component>(plan: PlanComponent<C>): Planned<C> {
  let first: { readonly input: ComponentInput; readonly decoded: DecodedComponent } | undefined;
  const decodeWith = (data: GeneratedData | undefined) => {
    const args = plan.readArguments(data);
    plan.secrets.add(args.secrets);
    const { component, range: header, interpolator, weak, metaArguments } = plan;
    const input: ComponentInput = {
      component,
      args,
      header,
      interpolator,
      scope: { ...plan.scope, data },
      weak,
      metaArguments,
    };
    return { input, decoded: decodeComponent(input) };
  };
  const atLoad = () => (first ??= decodeWith(undefined));
  return {
    component: plan.component,
    type: plan.component.type,
    name: plan.name,
    range: plan.range,
    buildValueUses: () => [...(plan.buildReferences?.() ?? []), ...usesInTexts(atLoad().input)],
    decode: (data) => (data ? decodeWith(data) : atLoad()).decoded,
    diagnose: (issues): readonly Diagnostic[] => diagnoseIssues(issues, atLoad().input),
  };
}

/** `{{ build "X" }}` in the arguments. */
function usesInTexts({ args, interpolator }: ComponentInput): readonly BuildValueUse[] {
  return textsIn(args.input).flatMap(({ text, path }) =>
    interpolator.buildValuesIn(text).map((name) => ({ name, range: args.rangeOf(path, "value") })),
  );
}
