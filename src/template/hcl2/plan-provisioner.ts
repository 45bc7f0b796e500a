import type { Diagnostic } from "../../language/diagnostic.ts";
import { expandDynamicBlocks, type ScopedBlock } from "../../language/dynamic-blocks.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import type { SourceRange } from "../../language/source.ts";
import { isNull, type Value } from "../../language/value.ts";
import type { Component, GeneratedData, PostProcessor } from "../../sdk/component.ts";
import { error } from "../diagnostics.ts";
import type { Planned, PlannedPostProcessor, PlannedProvisioner } from "../model.ts";
import { takesPart } from "../only-except.ts";
import { planComponent } from "../planned.ts";
import { plainValue, type PlainNotes } from "../plain-value.ts";
import { rebase } from "./base-scope.ts";
import { bodyArguments, type Override } from "./body-arguments.ts";
import { roundsOf } from "./for-each.ts";
import { MetaArguments } from "./meta-arguments.ts";
import { findComponent, type PlanContext, type SourceInBuild } from "./plan-context.ts";

/** How provisioner and post-processor blocks of one source in one build are evaluated. */
export interface BlockContext {
  readonly context: PlanContext;
  readonly source: SourceInBuild;
  /** With `build.*` unknown. */
  readonly scope: Scope;
  /** The same with `build.*` as it turned out. */
  readonly scopeWith: (data: GeneratedData) => Scope;
}

const common = ["name", "only", "except", "for_each", "enabled"];
const provisionerMeta: ReadonlySet<string> = new Set([
  ...common,
  "pause_before",
  "timeout",
  "max_retries",
  "continue_on_error",
  "override",
]);
const postProcessorMeta: ReadonlySet<string> = new Set([...common, "keep_input_artifact"]);

/** Plans a `provisioner` (or `error-cleanup-provisioner`) block: none, one, or one for each element of `for_each`. */
export function planProvisioner(block: ScopedBlock, at: BlockContext): readonly PlannedProvisioner[] {
  return planBlock(block, at, (rounds) => {
    const component = findComponent(at.context, "provisioner", typeOf(block), typeRange(block));
    if (!component) return [];
    return rounds.map(({ meta, scope }) => ({
      ...planBody(block, component, meta, scope, at, provisionerMeta, readOverride(meta, at)),
      pauseBeforeMs: meta.duration("pause_before") ?? 0,
      timeoutMs: meta.duration("timeout") || undefined,
      maxRetries: meta.count("max_retries") ?? 0,
      continueOnError: meta.flag("continue_on_error") ?? false,
    }));
  });
}

/** Plans a `post-processor` block likewise. `-except` is not looked at: it ends a chain, which the caller sees to. */
export function planPostProcessor(block: ScopedBlock, at: BlockContext): readonly PlannedPostProcessor[] {
  return planBlock(block, at, (rounds) => {
    const component: PostProcessor | undefined = findComponent(
      at.context,
      "post-processor",
      typeOf(block),
      typeRange(block),
    );
    if (!component) return [];
    return rounds.map(({ meta, scope }) => ({
      ...planBody(block, component, meta, scope, at, postProcessorMeta, undefined),
      keepInputArtifact: meta.flag("keep_input_artifact"),
    }));
  });
}

interface RoundMeta {
  readonly meta: MetaArguments;
  readonly scope: Scope;
}

const typeOf = (block: ScopedBlock): string => block.labels[0]!.value;
const typeRange = (block: ScopedBlock): SourceRange => block.labels[0]!.range;

function planBlock<Item>(
  block: ScopedBlock,
  at: BlockContext,
  plan: (rounds: readonly RoundMeta[]) => readonly Item[],
): readonly Item[] {
  const { report, references } = at.context;
  if (block.isUnknown) {
    report(unknownCount(block.headerRange));
    return [];
  }
  const outer = new MetaArguments(block.body, references, report);
  const rounds = roundsOf(outer, block.body.scope, report)
    .map(({ scope }): RoundMeta => ({ meta: new MetaArguments({ ...block.body, scope }, references, report), scope }))
    .filter(({ meta }) => {
      const only = meta.texts("only");
      const except = meta.texts("except");
      if (only && except) report(bothOnlyAndExcept(meta.attribute("except")!.nameRange));
      return takesPart({ only, except }, at.source.names) && meta.flag("enabled") !== false;
    });
  return rounds.length === 0 ? [] : plan(rounds);
}

function planBody<C extends Component>(
  block: ScopedBlock,
  component: C,
  meta: MetaArguments,
  scope: Scope,
  at: BlockContext,
  skip: ReadonlySet<string>,
  override: Override | undefined,
): Planned<C> {
  const { context, source } = at;
  return planComponent({
    component,
    name: meta.text("name"),
    range: block.headerRange,
    interpolator: context.interpolator,
    scope: { buildName: source.identity.sourceName, builderType: source.identity.builderType },
    weak: false,
    metaArguments: skip,
    onSecrets: context.onSecrets,
    readArguments(data) {
      const here = data ? rebase(scope, at.scope, at.scopeWith(data)) : scope;
      const { body, diagnostics } = expandDynamicBlocks(block.content, here);
      const args = bodyArguments(body, { skip, references: context.references, override });
      return { ...args, diagnostics: [...diagnostics, ...args.diagnostics] };
    },
  });
}

/** The part of `override = { "source-name" = { … } }` that is meant for this source. */
function readOverride(meta: MetaArguments, { source }: BlockContext): Override | undefined {
  const attribute = meta.attribute("override");
  const value = attribute && meta.value("override");
  if (!attribute || !value || isNull(value) || !(value.content instanceof Map)) return undefined;
  const overrides = value.content as ReadonlyMap<string, Value>;
  const key = source.names.find((name) => overrides.has(name));
  if (key === undefined) return undefined;
  const notes: PlainNotes = { sensitivePaths: [], secrets: [] };
  const input = plainValue(overrides.get(key)!, [], notes);
  if (typeof input !== "object" || input === null || Array.isArray(input)) return undefined;
  return { input: input as Record<string, unknown>, notes, expression: attribute.expression, key };
}

const unknownCount = (subject: SourceRange): Diagnostic =>
  error("invalid-for-each", "Invalid for_each", "The collection has to be known before the build starts.", subject);

const bothOnlyAndExcept = (subject: SourceRange): Diagnostic =>
  error(
    "conflicting-arguments",
    "Conflicting arguments",
    'Only one of "only" and "except" may be set. Remove one of them.',
    subject,
  );
