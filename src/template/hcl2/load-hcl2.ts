import type { Body } from "../../language/ast.ts";
import { hasErrors, type Diagnostic } from "../../language/diagnostic.ts";
import { childScope } from "../../language/evaluate/scope.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { functionNames } from "../../language/references.ts";
import { objectValue, type Value } from "../../language/value.ts";
import { checkRequiredPlugins } from "../check-required-plugins.ts";
import { ComponentLookup } from "../component-lookup.ts";
import { DiagnosticCollector } from "../diagnostics.ts";
import type { TemplatePath } from "../files/template-files.ts";
import { Interpolator } from "../interpolate/interpolator.ts";
import { refusedInHcl2 } from "../interpolate/refused-in-hcl2.ts";
import { createLoadContext } from "../load-context.ts";
import type { Loaded, LoadOptions } from "../load-options.ts";
import type { Template } from "../model.ts";
import { planUntilLoaded, type PlannedBuilds } from "../plan-until-loaded.ts";
import { secretsIn } from "../secrets.ts";
import { builtInValues } from "./built-in-values.ts";
import { collectDeclarations } from "./declarations.ts";
import { movedToBuild } from "./moved-to-build.ts";
import { NOT_KNOWN_YET } from "./hcl-meta-reader.ts";
import { checkVariables, readVariables, type ReadVariables } from "./load-variables.ts";
import { dataValue, evaluateLocalsAndData } from "./locals-and-data.ts";
import { readPackerBlocks } from "./packer-block.ts";
import { parseTemplateFiles } from "./parse-template-files.ts";
import { planBuilds } from "./plan-builds.ts";
import type { Hcl2Context } from "./plan-context.ts";
import { withServedFolder } from "./served-folder.ts";
import { References } from "./references.ts";
import { createValueGraph, type ValueGraph } from "./value-graph.ts";
import { nothingToBuild } from "../messages/builds.ts";
import { emptyHcl2Template } from "../messages/files.ts";

/** Loads a template written in HCL2, native syntax and JSON alike. */
export async function loadHcl2(options: LoadOptions, path: TemplatePath): Promise<Loaded> {
  const diagnostics = new DiagnosticCollector();
  const bodies = await parseTemplateFiles(path, options, diagnostics);
  const found: Diagnostic[] = [];
  const declarations = collectDeclarations(bodies, found);
  const requiredPlugins = readPackerBlocks(declarations.packer, found);
  diagnostics.add(...found, ...checkRequiredPlugins(requiredPlugins, options.registry.plugins));
  const unevaluated: Template = {
    syntax: "hcl2",
    path: options.path,
    directory: path.directory,
    description: undefined,
    variables: [],
    locals: [],
    requiredPlugins,
    builds: [],
    names: undefined,
  };
  const context = createContext({ options, path, bodies, declarations, diagnostics, requiredPlugins });
  await context.library.preload(bodies.flatMap((body) => [...functionNames(body)]));
  const read: ReadTemplate = {
    variables: await readVariables(context, functionsOf(context)),
    graph: createValueGraph(context),
  };
  const isMalformed = diagnostics.hasErrors;
  if (options.syntaxOnly) return { template: unevaluated, diagnostics: diagnostics.all, isMalformed };
  const { unblocked, unbuilt, ...evaluated } = await evaluateTemplate(context, read);
  const advised = diagnostics.all.map((diagnostic) => movedToBuild(diagnostic, declarations));
  const served = await withServedFolder(advised, declarations, path.directory);
  return { template: { ...unevaluated, ...evaluated }, diagnostics: served, isMalformed, unblocked, unbuilt };
}

interface Hcl2Template extends Hcl2Context {
  readonly path: TemplatePath;
  readonly diagnostics: DiagnosticCollector;
  readonly bodies: readonly Body[];
}

type Parsed = Pick<Hcl2Template, "options" | "path" | "bodies" | "declarations" | "diagnostics"> &
  Pick<Template, "requiredPlugins">;

function createContext(parsed: Parsed): Hcl2Template {
  const { options, path, declarations, diagnostics, requiredPlugins } = parsed;
  const context = createLoadContext({ options, directory: path.directory, root: path.root }, (...found) =>
    diagnostics.add(...found),
  );
  const references = new References({
    variables: new Set(declarations.variables.keys()),
    locals: new Set(declarations.locals.keys()),
    dataSources: new Set(declarations.dataSources.keys()),
  });
  const interpolator = new Interpolator(context.templateFunctions, refusedInHcl2, context.secrets);
  const registry =
    options.registryFor?.({ directory: path.directory, requiredPlugins, sensitiveVariables: [] }) ?? options.registry;
  return { ...context, ...parsed, references, interpolator, lookup: new ComponentLookup(registry) };
}

/** What is read before anything but variables has a value. */
interface ReadTemplate {
  readonly variables: ReadVariables;
  readonly graph: ValueGraph;
}

/** Variables first, then locals and data sources as they need each other, then the builds. */
async function evaluateTemplate(
  context: Hcl2Template,
  read: ReadTemplate,
): Promise<Pick<Template, "variables" | "locals" | "builds" | "names"> & Pick<PlannedBuilds, "unblocked" | "unbuilt">> {
  const { settle, options, path } = context;
  const functionsOnly = functionsOf(context);
  const variables = await checkVariables(read.variables, context, functionsOnly);
  keepSecrets(variables, context);
  const base = childScope(functionsOnly, [
    ["var", valuesByName(variables)],
    ...builtInValues(path.root, options.host.cwd),
  ]);
  await loadDataSourceTypes(context);
  const { locals, data } = await evaluateLocalsAndData(context, read.graph, base);
  keepSecrets(locals, context);
  const scope = childScope(base, [
    ["local", valuesByName(locals)],
    ["data", dataValue(data)],
  ]);
  const { builds, unblocked, unbuilt } = await plan(context, scope);
  return { variables, locals, builds, unblocked, unbuilt, names: { scope, settle } };
}

const functionsOf = ({ library }: Hcl2Context): Scope => ({ variables: new Map(), functions: library });

interface NamedValue {
  readonly name: string;
  readonly value: Value;
}

const valuesByName = (named: readonly NamedValue[]): Value =>
  objectValue(named.map(({ name, value }) => [name, value] as const));

function keepSecrets(named: readonly NamedValue[], { secrets }: Hcl2Context): void {
  for (const { value } of named) secrets.add(secretsIn(value));
}

/** Loads them ahead of evaluation; one that does not exist is reported when it is evaluated. */
async function loadDataSourceTypes({ declarations, lookup }: Hcl2Context): Promise<void> {
  for (const { labels } of declarations.dataSources.values())
    lookup.find("data-source", labels[0]!.value, labels[0]!.range);
  await lookup.loadWanted();
}

async function plan(context: Hcl2Template, scope: Scope): Promise<PlannedBuilds> {
  const { diagnostics } = context;
  const planned = await planUntilLoaded({
    ...context,
    plan: (round) => planBuilds({ ...context, ...round, scope }),
  });
  // After another error, unknown values are a consequence of it.
  const causes = planned.diagnostics.filter(({ code }) => code !== NOT_KNOWN_YET);
  const isConsequence = diagnostics.hasErrors || hasErrors(causes);
  diagnostics.add(...planned.diagnostics.filter(({ code }) => !isConsequence || code !== NOT_KNOWN_YET));
  if (planned.builds.length === 0 && !diagnostics.hasErrors) diagnostics.add(whyNothing(context));
  return planned;
}

function whyNothing({ bodies, path, options, declarations }: Hcl2Template): Diagnostic {
  const isEmpty = bodies.every(({ blocks, attributes }) => blocks.length + attributes.length === 0);
  return isEmpty ? emptyHcl2Template(path.given?.name ?? options.path) : nothingToBuild(options, declarations);
}
