import type { Component, ComponentKind } from "../../sdk/component.ts";
import { buildValueNames } from "../build-values.ts";
import { findComponent, type FindingContext } from "../component-lookup.ts";
import { asRecord, type JsonRecord } from "../fix/legacy-document.ts";
import { renderIfPossible } from "../interpolate/render-if-possible.ts";
import {
  POST_PROCESSOR_META,
  PROVISIONER_META,
  readPostProcessorSettings,
  readProvisionerSettings,
} from "../meta-reader.ts";
import type { BuildPlan, Planned, PlannedPostProcessor, PlannedProvisioner } from "../model.ts";
import { takesPart } from "../only-except.ts";
import { planComponent } from "../plan-component.ts";
import { noting, type PlanningRound } from "../plan-until-loaded.ts";
import { componentsOf } from "../planned-of.ts";
import type { Secrets } from "../secrets.ts";
import { checkBuildNames, writtenName, type NamedBuilder } from "./check-build-names.ts";
import { jsonArguments } from "./json-arguments.ts";
import { JsonMetaReader, type JsonMetaContext } from "./json-meta-reader.ts";
import { provisionersOf, type LegacyTemplate } from "./legacy-template.ts";

export interface LegacyPlanContext extends JsonMetaContext, FindingContext, PlanningRound {
  readonly template: LegacyTemplate;
  readonly secrets: Secrets;
  readonly isSecretText: (text: string) => boolean;
  /** The type of a builder as the template has it, which may be an old name. */
  readonly writtenType: (builder: JsonRecord) => string;
  /** Called with each builder and step that takes part in a selected build. */
  readonly onUsed: (item: JsonRecord) => void;
}

/** Every selected build of a legacy template. Synchronous, so that it can be repeated when components were loaded. */
export function planLegacyBuilds(context: LegacyPlanContext): readonly BuildPlan[] {
  const builders = context.template.builders.map((builder) => withNames(builder, context));
  checkBuildNames(builders, { ...context, render: (name) => renderIfPossible(name, context.interpolator) });
  const selected = builders.filter(({ name, written }) => context.selection.selectsBuild(name, written));
  if (selected.length > 0 || builders.length === 0) planIdleSteps(builders, context);
  return selected.flatMap((builder) => planBuild(builder, context));
}

/** Steps that are for no builder are decoded all the same, as for a builder of which nothing is known. */
function planIdleSteps(builders: readonly NamedBuilder[], context: LegacyPlanContext): void {
  const isIdle = (item: JsonRecord) => {
    const meta = new JsonMetaReader(item, context);
    return !builders.some((named) => isFor(named, meta));
  };
  const plan = (kind: "provisioner" | "post-processor", skip: ReadonlySet<string>) => (item: JsonRecord) => {
    const component = isIdle(item) ? find(kind, item, context) : undefined;
    if (!component) return [];
    const [override] = Object.values(asRecord(item["override"]) ?? {}).map(asRecord);
    return [planItem({ component, item, named: NO_BUILDER, skip, override }, context) as Planned<Component>];
  };
  const { template } = context;
  const planned = [
    ...provisionersOf(template).flatMap(plan("provisioner", provisionerMeta)),
    ...template.chains.flat().flatMap(plan("post-processor", postProcessorMeta)),
  ];
  context.decodeOnly(planned, "mistaken");
}

const NO_BUILDER: NamedBuilder = { builder: { type: "" }, name: "", written: "" };

function withNames(builder: JsonRecord, context: LegacyPlanContext): NamedBuilder {
  const type = context.writtenType(builder);
  const written = writtenName(builder, type);
  const rendered = new JsonMetaReader(builder, context).text("name");
  return { builder, written, name: rendered || type };
}

const common = ["type", "name", "only", "except"];
const builderMeta: ReadonlySet<string> = new Set(["type", "name"]);
const provisionerMeta: ReadonlySet<string> = new Set([...common, ...PROVISIONER_META]);
const postProcessorMeta: ReadonlySet<string> = new Set([...common, ...POST_PROCESSOR_META]);

/** What steps are planned for. */
interface TargetBuild extends NamedBuilder {
  /** The names of `{{ build "…" }}`; undefined where they are not known. */
  readonly dataNames: readonly string[] | undefined;
}

/** One build, or none where its builder is not there. */
function planBuild(named: NamedBuilder, given: LegacyPlanContext): readonly BuildPlan[] {
  const { builder, name } = named;
  const { provisioners, errorCleanupProvisioner: cleanup, chains } = given.template;
  given.onUsed(builder);
  let isBlocked = false;
  const context: LegacyPlanContext = { ...given, report: noting(given.report, () => (isBlocked = true)) };
  const component = find("builder", builder, context);
  const target: TargetBuild = { ...named, dataNames: buildValueNames(component?.generatedData ?? "any") };
  const steps = {
    provisioners: provisioners.flatMap((item) => planProvisioner(item, target, context)),
    errorCleanupProvisioner: cleanup && planProvisioner(cleanup, target, context)[0],
    chains: chains.map((chain) => planChain(chain, target, context)).filter((chain) => chain.length > 0),
  };
  given.noteBuild(name, isBlocked);
  if (!component) {
    given.decodeOnly(componentsOf(steps), "mistaken");
    return [];
  }
  const plan: BuildPlan = {
    identity: { name: displayedName(named), builderType: component.type, sourceName: name },
    writtenName: named.written,
    blockName: undefined,
    description: undefined,
    builder: planItem({ component, item: builder, named, skip: builderMeta }, context),
    ...steps,
  };
  return [plan];
}

/** A builder with a name of its own is shown with its type as well. */
function displayedName({ builder, name }: NamedBuilder): string {
  return builder["name"] ? `${String(builder["type"])}.${name}` : name;
}

function planProvisioner(
  item: JsonRecord,
  named: TargetBuild,
  context: LegacyPlanContext,
): readonly PlannedProvisioner[] {
  const meta = new JsonMetaReader(item, context);
  if (!isFor(named, meta)) return [];
  context.onUsed(item);
  const component = find("provisioner", item, context);
  if (!component) return [];
  const override = overrideFor(named, item, context);
  const { dataNames } = named;
  const planned = planItem({ component, item, named, skip: provisionerMeta, override, dataNames }, context);
  return [{ ...planned, ...readProvisionerSettings(meta) }];
}

function overrideFor(
  { name, written }: NamedBuilder,
  item: JsonRecord,
  { interpolator }: LegacyPlanContext,
): JsonRecord | undefined {
  const overrides = Object.entries(asRecord(item["override"]) ?? {});
  const meant = overrides.find(([key]) => key === written || renderIfPossible(key, interpolator) === name);
  return asRecord(meant?.[1]);
}

/** `-except` of a post-processor takes the rest of its chain with it. */
function planChain(
  chain: readonly JsonRecord[],
  named: TargetBuild,
  context: LegacyPlanContext,
): readonly PlannedPostProcessor[] {
  const steps: PlannedPostProcessor[] = [];
  const { dataNames } = named;
  for (const item of chain) {
    const meta = new JsonMetaReader(item, context);
    if (!isFor(named, meta)) continue;
    if (!context.selection.selectsPostProcessor(ownName(item), String(item["type"]))) break;
    context.onUsed(item);
    const component = find("post-processor", item, context);
    if (!component) continue;
    const planned = planItem({ component, item, named, skip: postProcessorMeta, dataNames }, context);
    steps.push({ ...planned, ...readPostProcessorSettings(meta) });
  }
  return steps;
}

function isFor({ name, written }: NamedBuilder, meta: JsonMetaReader): boolean {
  return takesPart({ only: meta.texts("only"), except: meta.texts("except") }, [name, written]);
}

function find<Kind extends ComponentKind>(kind: Kind, item: JsonRecord, context: LegacyPlanContext) {
  return findComponent(context, kind, String(item["type"]), context.data.rangeOf(item, ["type"]));
}

/** As written: the names of steps are not rendered. */
function ownName({ name }: JsonRecord): string | undefined {
  return typeof name === "string" ? name : undefined;
}

interface PlannedItem<C extends Component> {
  readonly component: C;
  readonly item: JsonRecord;
  readonly named: NamedBuilder;
  /** Names of meta-arguments. */
  readonly skip: ReadonlySet<string>;
  readonly override?: JsonRecord | undefined;
  /** The names of `{{ build "…" }}`. */
  readonly dataNames?: readonly string[] | undefined;
}

function planItem<C extends Component>(planned: PlannedItem<C>, context: LegacyPlanContext): Planned<C> {
  const { component, item, named, skip, override, dataNames } = planned;
  const { data, interpolator, isSecretText, secrets } = context;
  return planComponent({
    component,
    name: ownName(item),
    range: data.rangeOf(item, ["type"]) ?? data.rangeOf(item, []),
    interpolator,
    scope: { buildName: named.name, builderType: String(named.builder["type"]), dataNames },
    weak: true,
    metaArguments: skip,
    secrets,
    readArguments: () => jsonArguments(data, item, { skip, override, isSecretText }),
  });
}
