import type { Report } from "../diagnostics.ts";
import { isRecord, type JsonRecord } from "../fix/legacy-document.ts";
import { listOfTexts } from "./json-meta-reader.ts";
import { matchesAny } from "../only-except.ts";
import type { JsonData } from "./json-data.ts";
import { stepsOf, type LegacyTemplate } from "./legacy-template.ts";
import { duplicateBuilder, unknownBuild, wrongShape } from "../messages/legacy.ts";
import { bothOnlyAndExcept } from "../messages/meta-arguments.ts";

/** A builder with its names: `only` may say the name as written or as rendered. */
export interface NamedBuilder {
  readonly builder: JsonRecord;
  readonly name: string;
  readonly written: string;
}

export interface NamesContext {
  readonly template: LegacyTemplate;
  readonly data: JsonData;
  readonly report: Report;
  /** A name with its `{{ }}` rendered. */
  readonly render: (name: string) => string;
}

/** Names in `only`, `except` and `override` have to be those of builders, and every builder needs a name of its own. */
export function checkBuildNames(builders: readonly NamedBuilder[], context: NamesContext): void {
  // Those that are the same as written were reported.
  const differing = new Map(builders.map((builder) => [builder.written, builder] as const));
  checkDuplicates([...differing.values()], context);
  const names = builders.flatMap(({ name, written }) => [name, written]);
  for (const owner of stepsOf(context.template)) {
    for (const key of ["only", "except"]) checkList({ owner, key, names }, context);
    checkOverride(owner, names, context);
    if (owner["only"] && owner["except"])
      context.report(bothOnlyAndExcept(context.data.rangeOf(owner, ["except"], "name")));
  }
}

/** As far as it can be seen without the values of variables: names as written have to differ. */
export function checkWrittenNames({ builders }: LegacyTemplate, data: JsonData, report: Report): void {
  const named = builders.map((builder) => ({ builder, name: writtenName(builder, String(builder["type"])) }));
  checkDuplicates(named, { data, report });
}

/** What a builder is called as written: by its type where it has no name. */
export function writtenName({ name }: JsonRecord, type: string): string {
  if (name === undefined || name === null || name === "") return type;
  return String(name);
}

function checkDuplicates(
  builders: readonly Pick<NamedBuilder, "builder" | "name">[],
  { data, report }: Pick<NamesContext, "data" | "report">,
): void {
  const seen = new Set<string>();
  for (const { name, builder } of builders) {
    const range = data.rangeOf(builder, ["name"]) ?? data.rangeOf(builder, ["type"]);
    if (seen.has(name)) report(duplicateBuilder(name, range));
    seen.add(name);
  }
}

interface NamesList {
  readonly owner: JsonRecord;
  readonly key: string;
  /** Of all builders. */
  readonly names: readonly string[];
}

function checkList({ owner, key, names }: NamesList, { data, report, render }: NamesContext): void {
  const given = owner[key];
  if (given === undefined || given === null) return;
  const list = listOfTexts(given);
  if (!list) {
    report(wrongShape(`"${key}" is a list of names of builds`, data.rangeOf(owner, [key])));
    return;
  }
  for (const [index, written] of list.entries()) {
    const name = render(String(written));
    // A variable without a value names no build.
    if (name !== "" && !matchesAny([name, String(written)], names))
      report(
        unknownBuild({ name, key, subject: data.rangeOf(owner, Array.isArray(given) ? [key, index] : [key]) }, names),
      );
  }
}

function checkOverride(owner: JsonRecord, names: readonly string[], { data, report, render }: NamesContext): void {
  const key = "override";
  const overrides = owner[key];
  if (isNothing(overrides)) return;
  if (!isRecord(overrides)) {
    report(wrongShape('"override" is an object of names of builds', data.rangeOf(owner, [key])));
    return;
  }
  for (const [name, args] of Object.entries(overrides)) {
    if (!isRecord(args) && !isNothing(args))
      report(wrongShape("What a build overrides is an object of arguments", data.rangeOf(owner, [key, name])));
  }
  const unknown = Object.keys(overrides).filter((name) => {
    const rendered = render(name);
    return rendered !== "" && !matchesAny([name, rendered], names);
  });
  for (const name of unknown)
    report(unknownBuild({ name, key, subject: data.rangeOf(owner, [key, name], "name") }, names));
}

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);
