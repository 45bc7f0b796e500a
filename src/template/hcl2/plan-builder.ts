import { expandDynamicBlocks, type ScopedBlock } from "../../language/dynamic-blocks.ts";
import { childScope, lookUpVariable } from "../../language/evaluate/scope.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { entriesOf, objectValue, type Value } from "../../language/value.ts";
import type { Builder } from "../../sdk/component.ts";
import type { GivenArguments } from "../given-arguments.ts";
import type { Planned } from "../model.ts";
import { planComponent } from "../plan-component.ts";
import { bodyArguments } from "./body-arguments.ts";
import type { SourceReference } from "./build-sources.ts";
import { mergeArguments } from "./merge-arguments.ts";
import type { PlanContext, SourceInBuild } from "./plan-context.ts";

export interface BuilderInput {
  readonly component: Builder;
  readonly reference: SourceReference;
  /** Of the source, with `each` where it has `for_each`. */
  readonly scope: Scope;
  readonly source: Pick<SourceInBuild, "identity" | "value">;
}

const sourceMeta: ReadonlySet<string> = new Set(["for_each", "enabled", "name"]);
/** In a source that no build renames, `name` belongs to the builder. */
const sourceDeclarationMeta: ReadonlySet<string> = new Set(["for_each", "enabled"]);

export function planBuilder(input: BuilderInput, context: PlanContext): Planned<Builder> {
  const { identity } = input.source;
  return planComponent({
    component: input.component,
    range: input.reference.declaration.headerRange,
    interpolator: context.interpolator,
    scope: { buildName: identity.sourceName, builderType: identity.builderType },
    weak: false,
    metaArguments: input.reference.extra ? sourceMeta : sourceDeclarationMeta,
    secrets: context.secrets,
    readArguments: () => readArguments(input, context),
  });
}

function readArguments({ reference, scope, source }: BuilderInput, context: PlanContext): GivenArguments {
  const { declaration, extra } = reference;
  const inner = childScope(scope, [["source", source.value]]);
  const { body, diagnostics } = expandDynamicBlocks(declaration.body, inner);
  const own = bodyArguments(body, {
    references: context.references,
    skip: extra ? sourceMeta : sourceDeclarationMeta,
  });
  const base = { ...own, diagnostics: [...diagnostics, ...own.diagnostics] };
  if (!extra) return base;
  const override = { base, header: extra.headerRange, range: extra.range };
  return { ...mergeArguments(base, addedArguments(extra, source.value, context)), override };
}

/** The arguments of a `source` block inside a build. */
function addedArguments(extra: ScopedBlock, sourceValue: Value, { references }: PlanContext): GivenArguments {
  const scope = childScope(extra.body.scope, [["source", withIterator(sourceValue, extra)]]);
  const { body } = expandDynamicBlocks(extra.content, scope);
  return bodyArguments(body, { references, skip: sourceMeta });
}

/** In `dynamic "source"` the iterator has the same name: `source.key` and `source.value` are beside `source.name`. */
function withIterator(sourceValue: Value, { origin, body }: ScopedBlock): Value {
  const iterator = origin && lookUpVariable(body.scope, "source");
  if (!iterator || !(iterator.content instanceof Map)) return sourceValue;
  return objectValue([...entriesOf(iterator), ...entriesOf(sourceValue)]);
}
