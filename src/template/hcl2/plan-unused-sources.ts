import type { Block } from "../../language/ast.ts";
import { objectValue, stringValue } from "../../language/value.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Report } from "../diagnostics.ts";
import type { Builder } from "../../sdk/component.ts";
import { unusedSource } from "../messages/builds.ts";
import { roundsOf } from "./for-each.ts";
import { planBuilder } from "./plan-builder.ts";
import type { PlanContext } from "./plan-context.ts";

/** Sources that no build refers to are decoded all the same. */
export function planUnusedSources(context: PlanContext): void {
  const { declarations, notes, selection } = context;
  if (selection.isRestricted || notes.isComputed) return;
  // Without builds, or where one names a source that is not there, that is what is wrong.
  const isMistaken = notes.isIncomplete || declarations.builds.length === 0;
  const [only, ...others] = declarations.builds;
  const sources = others.length > 0 ? undefined : only?.body.attributes.find(({ name }) => name === "sources");
  for (const [address, declaration] of declarations.sources) {
    if (notes.used.has(address)) continue;
    if (!isMistaken) context.report(unusedSource(address, declaration.headerRange, sources?.expression));
    planUnused(declaration, isMistaken, context);
  }
}

function planUnused(declaration: Block, isMistaken: boolean, context: PlanContext): void {
  const [type, name] = declaration.labels;
  const builder = context.lookup.find("builder", type!.value, type!.range);
  if (builder === "loading") return;
  if (!("schema" in builder)) {
    if (isMistaken) context.report(builder);
    return;
  }
  const rounds = roundsOf(
    { attributes: declaration.body.attributes, scope: context.scope },
    { ...context, report: isMistaken ? context.report : asWarnings(context.report) },
  );
  const planned = rounds.map(({ scope }) => planAlone({ declaration, builder, name: name!.value }, scope, context));
  context.decodeOnly(planned, isMistaken ? "mistaken" : "idle");
}

/** What nobody uses keeps nothing from being built. */
const asWarnings =
  (report: Report): Report =>
  (...found) =>
    report(...found.map((diagnostic): Diagnostic => ({ ...diagnostic, severity: "warning" })));

interface LoneSource {
  readonly declaration: Block;
  readonly builder: Builder;
  readonly name: string;
}

function planAlone({ declaration, builder, name }: LoneSource, scope: PlanContext["scope"], context: PlanContext) {
  const { type } = builder;
  const range = declaration.headerRange;
  const identity = { name: `${type}.${name}`, builderType: type, sourceName: name };
  return planBuilder(
    {
      component: builder,
      reference: { type, name, declaration, range, rename: undefined, extra: undefined },
      scope,
      source: { identity, value: objectValue({ type: stringValue(type), name: stringValue(name) }) },
    },
    context,
  );
}
