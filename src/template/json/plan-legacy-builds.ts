import { parseDuration } from "../../lib/duration.ts";
import { didYouMean } from "../../lib/did-you-mean.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import { GoTemplateError } from "../../lib/go-template/error.ts";
import type { Component, ComponentKind } from "../../sdk/component.ts";
import { isComponent, type ComponentLookup } from "../component-lookup.ts";
import { asSentence, error } from "../diagnostics.ts";
import { isRecord, type JsonRecord } from "../fix/legacy-document.ts";
import type { Interpolator } from "../interpolate/interpolator.ts";
import type { BuildPlan, Planned, PlannedPostProcessor, PlannedProvisioner } from "../model.ts";
import { matchesAny, takesPart } from "../only-except.ts";
import { planComponent } from "../plan-component.ts";
import type { Selection } from "../select-builds.ts";
import { jsonArguments } from "./json-arguments.ts";
import type { JsonData } from "./json-data.ts";
import type { LegacyTemplate } from "./legacy-template.ts";

export interface LegacyPlanContext {
  readonly template: LegacyTemplate;
  readonly data: JsonData;
  readonly interpolator: Interpolator;
  readonly lookup: ComponentLookup;
  readonly selection: Selection;
  readonly isSecretText: (text: string) => boolean;
  readonly report: (...diagnostics: readonly Diagnostic[]) => void;
}

/** Every selected build of a legacy template. Synchronous, so that it can be repeated when components were loaded. */
export function planLegacyBuilds(context: LegacyPlanContext): readonly BuildPlan[] {
  const planner = new Planner(context);
  planner.checkNames();
  return planner.plan();
}

/** A builder with its names: `only` may say the name as written or as rendered. */
interface NamedBuilder {
  readonly builder: JsonRecord;
  readonly name: string;
  readonly written: string;
}

const common = ["type", "name", "only", "except"];
const builderMeta: ReadonlySet<string> = new Set(["type", "name"]);
const provisionerMeta: ReadonlySet<string> = new Set([
  ...common,
  "override",
  "pause_before",
  "max_retries",
  "timeout",
  "continue_on_error",
]);
const postProcessorMeta: ReadonlySet<string> = new Set([...common, "keep_input_artifact"]);

class Planner {
  readonly #context: LegacyPlanContext;
  readonly #builders: readonly NamedBuilder[];

  constructor(context: LegacyPlanContext) {
    this.#context = context;
    this.#builders = context.template.builders.map((builder) => {
      const written = String(builder["name"] ?? builder["type"]);
      return { builder, written, name: this.#render(builder, "name") ?? written };
    });
  }

  plan(): readonly BuildPlan[] {
    const { selection } = this.#context;
    return this.#builders.flatMap((named) => {
      if (!selection.selectsBuild(named.name, named.written)) return [];
      const plan = this.#planBuild(named);
      return plan ? [plan] : [];
    });
  }

  /** Names in `only`, `except` and `override` have to be those of builders, and every builder needs a name of its own. */
  checkNames(): void {
    const seen = new Set<string>();
    for (const { name, builder } of this.#builders) {
      if (seen.has(name))
        this.#context.report(duplicateBuilder(name, this.#rangeOf(builder, "name") ?? this.#rangeOf(builder, "type")));
      seen.add(name);
    }
    const { provisioners, errorCleanupProvisioner, chains } = this.#context.template;
    const cleanups = errorCleanupProvisioner ? [errorCleanupProvisioner] : [];
    for (const owner of [...provisioners, ...cleanups, ...chains.flat()]) {
      for (const key of ["only", "except"]) this.#checkList(owner, key);
      if (isRecord(owner["override"])) {
        for (const name of Object.keys(owner["override"]))
          this.#checkName(name, "override", this.#context.data.rangeOf(owner, ["override", name], "name"));
      }
      if (owner["only"] && owner["except"])
        this.#context.report(bothOnlyAndExcept(this.#rangeOf(owner, "except", "name")));
    }
  }

  #checkList(owner: JsonRecord, key: string): void {
    const list = owner[key];
    if (list === undefined || list === null) return;
    if (!Array.isArray(list)) {
      this.#context.report(
        error(
          "wrong-shape",
          "Wrong kind of value",
          `"${key}" is a list of names of builds.`,
          this.#rangeOf(owner, key),
        ),
      );
      return;
    }
    for (const [index, name] of list.entries())
      this.#checkName(String(name), key, this.#context.data.rangeOf(owner, [key, index]));
  }

  #checkName(name: string, key: string, subject: SourceRange | undefined): void {
    const names = this.#builders.flatMap(({ name, written }) => [name, written]);
    if (!matchesAny([name], names)) this.#context.report(unknownBuild(name, key, [...new Set(names)], subject));
  }

  #planBuild(named: NamedBuilder): BuildPlan | undefined {
    const { builder, name } = named;
    const component = this.#find("builder", builder);
    const { template } = this.#context;
    const steps = {
      provisioners: template.provisioners.flatMap((item) => this.#planProvisioner(item, named)),
      errorCleanupProvisioner:
        template.errorCleanupProvisioner && this.#planProvisioner(template.errorCleanupProvisioner, named)[0],
      chains: template.chains.map((chain) => this.#planChain(chain, named)).filter((chain) => chain.length > 0),
    };
    if (!component) return undefined;
    return {
      identity: { name, builderType: component.type, sourceName: name },
      blockName: undefined,
      description: undefined,
      builder: this.#planComponent(component, builder, named, builderMeta),
      ...steps,
    };
  }

  #planProvisioner(item: JsonRecord, named: NamedBuilder): readonly PlannedProvisioner[] {
    if (!takesPart(this.#onlyExcept(item), [named.name, named.written])) return [];
    const component = this.#find("provisioner", item);
    if (!component) return [];
    const overrides = isRecord(item["override"]) ? item["override"] : {};
    const override = overrides[named.name] ?? overrides[named.written];
    return [
      {
        ...this.#planComponent(component, item, named, provisionerMeta, isRecord(override) ? override : undefined),
        pauseBeforeMs: this.#duration(item, "pause_before") ?? 0,
        timeoutMs: this.#duration(item, "timeout") || undefined,
        maxRetries: this.#count(item, "max_retries") ?? 0,
        continueOnError: this.#flag(item, "continue_on_error") ?? false,
      },
    ];
  }

  /** `-except` of a post-processor takes the rest of its chain with it. */
  #planChain(chain: readonly JsonRecord[], named: NamedBuilder): readonly PlannedPostProcessor[] {
    const steps: PlannedPostProcessor[] = [];
    for (const item of chain) {
      if (!takesPart(this.#onlyExcept(item), [named.name, named.written])) continue;
      const name = typeof item["name"] === "string" ? item["name"] : undefined;
      if (!this.#context.selection.selectsPostProcessor(name, String(item["type"]))) break;
      const component = this.#find("post-processor", item);
      if (!component) continue;
      steps.push({
        ...this.#planComponent(component, item, named, postProcessorMeta),
        keepInputArtifact: this.#flag(item, "keep_input_artifact"),
      });
    }
    return steps;
  }

  #planComponent<C extends Component>(
    component: C,
    item: JsonRecord,
    named: NamedBuilder,
    skip: ReadonlySet<string>,
    override?: JsonRecord,
  ): Planned<C> {
    const { data, interpolator, isSecretText } = this.#context;
    return planComponent({
      component,
      name: typeof item["name"] === "string" ? item["name"] : undefined,
      range: this.#rangeOf(item, "type") ?? data.rangeOf(item, []),
      interpolator,
      scope: { buildName: named.name, builderType: String(named.builder["type"]) },
      weak: true,
      metaArguments: skip,
      onSecrets: () => {},
      readArguments: () => jsonArguments(data, item, { skip, override, isSecretText }),
    });
  }

  #find<Kind extends ComponentKind>(kind: Kind, item: JsonRecord): Extract<Component, { kind: Kind }> | undefined {
    const found = this.#context.lookup.find(kind, String(item["type"]), this.#rangeOf(item, "type"));
    if (isComponent(found)) return found;
    if (found !== "loading") this.#context.report(found);
    return undefined;
  }

  #onlyExcept(item: JsonRecord) {
    const texts = (value: unknown) => (Array.isArray(value) ? value.map(String) : undefined);
    return { only: texts(item["only"]), except: texts(item["except"]) };
  }

  #duration(item: JsonRecord, key: string): number | undefined {
    const text = this.#render(item, key);
    if (text === undefined || text === "") return undefined;
    const duration = parseDuration(text);
    if (duration !== undefined && duration >= 0) return duration;
    return this.#invalid(item, key, 'a duration such as "30s", "5m" or "1h30m" is required');
  }

  #count(item: JsonRecord, key: string): number | undefined {
    const text = this.#render(item, key);
    if (text === undefined || text === "") return undefined;
    return /^\d+$/.test(text) ? Number(text) : this.#invalid(item, key, "a whole number from 0 is required");
  }

  #flag(item: JsonRecord, key: string): boolean | undefined {
    const text = this.#render(item, key);
    if (text === undefined || text === "") return undefined;
    return text === "true" || text === "false"
      ? text === "true"
      : this.#invalid(item, key, "true or false is required");
  }

  #invalid(item: JsonRecord, key: string, expectation: string): undefined {
    this.#context.report(
      error(
        "invalid-argument",
        "Invalid value",
        `Inappropriate value for "${key}": ${expectation}.`,
        this.#rangeOf(item, key),
      ),
    );
  }

  /** A meta-argument as text, its `{{ }}` rendered. */
  #render(item: JsonRecord, key: string): string | undefined {
    const value = item[key];
    if (value === undefined || value === null) return undefined;
    const text = String(value);
    if (!text.includes("{{")) return text;
    try {
      return this.#context.interpolator.render(text, {}, {});
    } catch (failure) {
      if (!(failure instanceof GoTemplateError)) throw failure;
      this.#context.report(
        error("invalid-template", "Invalid template", asSentence(failure.message), this.#rangeOf(item, key)),
      );
      return undefined;
    }
  }

  #rangeOf(owner: JsonRecord, key: string, part: "name" | "value" = "value"): SourceRange | undefined {
    return this.#context.data.rangeOf(owner, [key], part);
  }
}

const duplicateBuilder = (name: string, subject: SourceRange | undefined): Diagnostic =>
  error(
    "duplicate-build",
    "Duplicate build",
    `Two builders would both be called "${name}". Give one of them another "name".`,
    subject,
  );

const unknownBuild = (
  name: string,
  key: string,
  known: readonly string[],
  subject: SourceRange | undefined,
): Diagnostic =>
  error(
    "unknown-build",
    "Unknown build",
    `"${key}" names "${name}", and no builder is called so.${didYouMean(name, known) || ` The builders are: ${known.join(", ")}.`}`,
    subject,
  );

const bothOnlyAndExcept = (subject: SourceRange | undefined): Diagnostic =>
  error(
    "conflicting-arguments",
    "Conflicting arguments",
    'Only one of "only" and "except" may be set. Remove one of them.',
    subject,
  );
