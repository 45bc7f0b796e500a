import { hasErrors } from "../../language/diagnostic.ts";
import { parseJson } from "../../language/json/parse-json.ts";
import type { SourceFile } from "../../language/source.ts";
import { ComponentLookup } from "../component-lookup.ts";
import { DiagnosticCollector, type Report } from "../diagnostics.ts";
import { isRecord } from "../fix/legacy-document.ts";
import { Interpolator } from "../interpolate/interpolator.ts";
import { createLoadContext } from "../load-context.ts";
import type { Loaded, LoadOptions } from "../load-options.ts";
import type { Template } from "../model.ts";
import { planUntilLoaded, type PlannedBuilds } from "../plan-until-loaded.ts";
import { checkMinimumVersion } from "./check-minimum-version.ts";
import { JsonData } from "./json-data.ts";
import type { LegacyContext, ParsedTemplate } from "./legacy-context.ts";
import { readLegacyTemplate } from "./legacy-template.ts";
import { loadLegacyVariables, type LegacyVariables } from "./load-legacy-variables.ts";
import { planLegacyBuilds } from "./plan-legacy-builds.ts";
import { replaceOldForms } from "./replace-old-forms.ts";
import { isSecretText } from "./secret-text.ts";
import { refusedOutsideVariables } from "./variable-functions.ts";
import { emptyLegacyTemplate, noBuilders, nothingSelected } from "../messages/legacy.ts";

/** Loads a legacy JSON template from its text. `directory` is where it is (`{{template_dir}}`). */
export async function loadLegacy(options: LoadOptions, file: SourceFile, directory: string): Promise<Loaded> {
  const diagnostics = new DiagnosticCollector();
  const parsed = parseTemplate(file, diagnostics);
  if (!parsed) return { template: undefined, diagnostics: diagnostics.all };
  const unevaluated: Template = {
    syntax: "json",
    path: options.path,
    directory,
    description: parsed.template.description,
    variables: [],
    locals: [],
    requiredPlugins: [],
    builds: [],
  };
  if (options.syntaxOnly) return { template: unevaluated, diagnostics: diagnostics.all };
  const context = createLoadContext(options, directory, (...found) => diagnostics.add(...found));
  const { unblocked, ...evaluated } = await evaluateTemplate({ ...context, ...parsed });
  return { template: { ...unevaluated, ...evaluated }, diagnostics: diagnostics.all, unblocked };
}

/** Undefined where the errors leave nothing to go on with. */
function parseTemplate(file: SourceFile, diagnostics: DiagnosticCollector): ParsedTemplate | undefined {
  const report: Report = (...found) => diagnostics.add(...found);
  if (file.text.trim() === "") {
    report(emptyLegacyTemplate(file.name));
    return undefined;
  }
  const { root, diagnostics: mistakes } = parseJson(file);
  report(...mistakes);
  const data = new JsonData(root);
  if (diagnostics.hasErrors && !isRecord(data.root)) return undefined;
  const template = readLegacyTemplate(data, report);
  if (!template) return undefined;
  checkMinimumVersion(template, data, report);
  if (template.builders.length === 0 && !diagnostics.hasErrors)
    report(noBuilders(data.rangeOf(data.root, ["builders"])));
  return { template, data };
}

/** Variables first, then the builds with the variables put in. */
async function evaluateTemplate(
  context: LegacyContext,
): Promise<Pick<Template, "variables" | "builds"> & Pick<PlannedBuilds, "unblocked">> {
  const { templateFunctions, secrets } = context;
  const variables = await loadLegacyVariables(context);
  const user = (name: unknown) => variables.get(String(name));
  const functions = new Map([...templateFunctions, ["user", user]]);
  const interpolator = new Interpolator(functions, refusedOutsideVariables, secrets);
  replaceOldForms(context, interpolator);
  return { variables: variables.described, ...(await plan(context, variables, interpolator)) };
}

async function plan(
  context: LegacyContext,
  { values }: LegacyVariables,
  interpolator: Interpolator,
): Promise<Pick<PlannedBuilds, "builds" | "unblocked">> {
  const { options, report, template } = context;
  const lookup = new ComponentLookup(options.registry);
  const { builds, diagnostics, unblocked } = await planUntilLoaded({
    ...context,
    lookup,
    plan: (round) =>
      planLegacyBuilds({
        ...context,
        ...round,
        lookup,
        interpolator,
        isSecretText: (text) => isSecretText(text, values, context),
      }),
  });
  report(...diagnostics);
  const isFiltered = builds.length === 0 && template.builders.length > 0 && !hasErrors(diagnostics);
  if (isFiltered) report(nothingSelected);
  return { builds, unblocked };
}
