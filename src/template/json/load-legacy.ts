import { basename, join } from "node:path";
import { hasErrors } from "../../language/diagnostic.ts";
import { parseJson } from "../../language/json/parse-json.ts";
import type { SourceFile } from "../../language/source.ts";
import { ComponentLookup } from "../component-lookup.ts";
import { DiagnosticCollector, type Report } from "../diagnostics.ts";
import { isRecord, type JsonRecord, type LegacyDocument } from "../fix/legacy-document.ts";
import { Interpolator } from "../interpolate/interpolator.ts";
import { createLoadContext } from "../load-context.ts";
import type { Loaded, LoadOptions } from "../load-options.ts";
import type { Template } from "../model.ts";
import { looksLikeYaml } from "../looks-like-yaml.ts";
import { planUntilLoaded, type PlannedBuilds } from "../plan-until-loaded.ts";
import { checkWrittenNames } from "./check-build-names.ts";
import { checkMinimumVersion } from "./check-minimum-version.ts";
import { readGivenValues, reportUnset, type GivenValues } from "./given-values.ts";
import { JsonData } from "./json-data.ts";
import type { LegacyContext, ParsedTemplate } from "./legacy-context.ts";
import { legacyNames } from "./legacy-names.ts";
import { readLegacyTemplate } from "./legacy-template.ts";
import { loadLegacyVariables, type LegacyVariables } from "./load-legacy-variables.ts";
import { planLegacyBuilds } from "./plan-legacy-builds.ts";
import { replaceOldForms, warnOfOldForms } from "./replace-old-forms.ts";
import { isSecretText } from "./secret-text.ts";
import { warnOfMisspeltVariables } from "./user-calls.ts";
import { refusedOutsideVariables } from "./variable-functions.ts";
import { yamlTemplate } from "../messages/files.ts";
import { emptyLegacyTemplate, hclInJsonFile, noBuilders, nothingSelected } from "../messages/legacy.ts";

/** Loads a legacy JSON template from its text. `directory` is where it is (`{{template_dir}}`). */
export async function loadLegacy(options: LoadOptions, file: SourceFile, directory: string): Promise<Loaded> {
  const diagnostics = new DiagnosticCollector();
  const parsed = parseTemplate(file, diagnostics);
  if (!parsed) return { template: undefined, diagnostics: diagnostics.all, isMalformed: true };
  const unevaluated: Template = {
    syntax: "json",
    path: options.path,
    directory,
    description: parsed.template.description,
    variables: [],
    locals: [],
    requiredPlugins: [],
    builds: [],
    provisionerTypes: parsed.template.provisioners.map(({ type }) => String(type)),
  };
  const loadContext = createLoadContext({ options, directory, root: directory }, (...found) =>
    diagnostics.add(...found),
  );
  const context: LegacyContext = { ...loadContext, ...parsed };
  const given = await readGivenValues(context);
  const isMalformed = diagnostics.hasErrors;
  if (options.syntaxOnly) return { template: unevaluated, diagnostics: diagnostics.all, isMalformed };
  reportMissing(context, given, isMalformed);
  const { unblocked, unbuilt, ...evaluated } = await evaluateTemplate(context, given);
  return { template: { ...unevaluated, ...evaluated }, diagnostics: diagnostics.all, isMalformed, unblocked, unbuilt };
}

/** Undefined where the errors leave nothing to go on with. */
function parseTemplate(file: SourceFile, diagnostics: DiagnosticCollector): ParsedTemplate | undefined {
  const report: Report = (...found) => diagnostics.add(...found);
  if (file.text.trim() === "") {
    report(emptyLegacyTemplate(file.name));
    return undefined;
  }
  if (LOOKS_LIKE_HCL.test(file.text)) {
    report(hclInJsonFile(file));
    return undefined;
  }
  if (looksLikeYaml(file.text)) {
    report(yamlTemplate(file));
    return undefined;
  }
  const { root, diagnostics: mistakes } = parseJson(file);
  report(...mistakes);
  const data = new JsonData(root);
  if (diagnostics.hasErrors && !isRecord(data.root)) return undefined;
  const template = readLegacyTemplate(data, report);
  if (!template) return undefined;
  checkWrittenNames(template, data, report);
  return { template, data };
}

/** What a template of good form lacks. */
function reportMissing(context: LegacyContext, given: GivenValues, isMalformed: boolean): void {
  const { template, data, report } = context;
  if (template.builders.length === 0 && !isMalformed) report(noBuilders(data.rangeOf(data.root, ["builders"])));
  checkMinimumVersion(template, data, report);
  reportUnset(given, context);
}

/** A block or an argument, after comments. */
const LOOKS_LIKE_HCL = /^(?:\s*(?:#|\/\/).*\n)*\s*[A-Za-z_][\w-]*(?:\s+"[^"\n]*")*\s*(?:\{|=)/;

/** Variables first, then the builds with the variables put in. */
async function evaluateTemplate(
  context: LegacyContext,
  given: GivenValues,
): Promise<Pick<Template, "variables" | "builds" | "legacyNames"> & Pick<PlannedBuilds, "unblocked" | "unbuilt">> {
  const { templateFunctions, secrets } = context;
  const variables = await loadLegacyVariables(given, context);
  const user = (name: unknown) => variables.get(String(name));
  const functions = new Map([...templateFunctions, ["user", user]]);
  const interpolator = new Interpolator(functions, refusedOutsideVariables, secrets);
  const document = replaceOldForms(context, interpolator);
  const planned = await plan(context, { variables, interpolator, document });
  const names = legacyNames(functions, variables.described, secrets);
  return { variables: variables.described, ...planned, legacyNames: names };
}

interface Evaluated {
  readonly variables: LegacyVariables;
  readonly interpolator: Interpolator;
  readonly document: LegacyDocument;
}

async function plan(
  context: LegacyContext,
  { variables: { values }, interpolator, document }: Evaluated,
): Promise<Pick<PlannedBuilds, "builds" | "unblocked" | "unbuilt">> {
  const { options, report, template } = context;
  const facts = {
    directory: context.directory,
    requiredPlugins: [],
    userVariables: values,
    sensitiveVariables: template.sensitiveVariables,
    templatePath: join(context.directory, basename(options.path)),
  };
  const lookup = new ComponentLookup(options.registryFor?.(facts) ?? options.registry);
  // Builders and steps that take part in a selected build.
  const used = new Set<JsonRecord>();
  const { builds, diagnostics, unblocked, unbuilt } = await planUntilLoaded({
    ...context,
    lookup,
    plan: (round) =>
      planLegacyBuilds({
        ...context,
        ...round,
        lookup,
        interpolator,
        writtenType: (builder) => document.formerTypes.get(builder) ?? String(builder["type"]),
        onUsed: (item) => void used.add(item),
        isSecretText: (text) => isSecretText(text, values, context),
      }),
  });
  warnOfOldForms(document, used, context);
  warnOfMisspeltVariables(used, { ...context, names: [...values.keys()] });
  report(...diagnostics);
  const isFiltered = builds.length === 0 && template.builders.length > 0 && !hasErrors(diagnostics);
  if (isFiltered) report(nothingSelected);
  return { builds, unblocked, unbuilt };
}
