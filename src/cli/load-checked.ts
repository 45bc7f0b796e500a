import { checkFiles } from "../core/check-files.ts";
import { dataSourceReader } from "../core/read-data-source.ts";
import { hasErrors, type Diagnostic } from "../language/diagnostic.ts";
import { registry } from "../registry.ts";
import { inTextOrder } from "../template/diagnostics.ts";
import { loadTemplate } from "../template/load-template.ts";
import { plainTextsOf } from "../template/plain-texts.ts";
import type { Loaded, LoadOptions } from "../template/load-options.ts";
import type { Template } from "../template/model.ts";
import type { FlagValues } from "./command.ts";
import { conclusionOf } from "./conclusion.ts";
import type { ComposedRegistry } from "./plugins/composed-registry.ts";
import type { Output } from "./output-flags.ts";
import type { UnopenedSession } from "./session.ts";
import { templateOptions, type templateFlags } from "./template-flags.ts";

export interface LoadCheckedOptions extends Pick<LoadOptions, "path" | "undeclaredVariables" | "syntaxOnly"> {
  readonly flags: FlagValues<typeof templateFlags>;
  /** Nothing will be built: variables may be without values, and files are not checked. */
  readonly readOnly?: boolean | undefined;
  /** The builds run elsewhere: variables may get their values there, and files need not be here. */
  readonly buildsElsewhere?: boolean | undefined;
  /** What this machine lacks is an error. */
  readonly buildsHere?: boolean | undefined;
  /** Otherwise they stay unknown, and nothing outside the template's files is contacted. */
  readonly readsDataSources: boolean;
  /** No development builds of plugins. */
  readonly releasesOnly?: boolean | undefined;
}

export interface CheckedTemplate {
  readonly template: Template | undefined;
  readonly isValid: boolean;
  /** See `Loaded.isMalformed`. */
  readonly isMalformed: boolean;
  readonly hasWarnings: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** Loads a template, checks the files its arguments name, and shows everything that is wrong, in one go. */
export async function loadChecked(
  session: UnopenedSession,
  output: Output,
  options: LoadCheckedOptions,
): Promise<CheckedTemplate> {
  const { flags, readsDataSources, readOnly = false, buildsElsewhere = false, ...more } = options;
  const { buildsHere: _, releasesOnly, ...rest } = more;
  const registries: ComposedRegistry[] = [];
  const loaded = await loadTemplate({
    ...templateOptions(flags),
    ...rest,
    structureOnly: readOnly,
    ...(await remoteAccess(session, readsDataSources)),
    checkDataSource: readOnly || readsDataSources ? undefined : checkDataSource(session),
    host: session.host,
    registry,
    registryFor: (facts) => {
      const composed = session.plugins.registryFor(facts, { preferred: flags.plugin, releasesOnly });
      registries.push(composed);
      return composed;
    },
    onSecret: (secret) => output.redactor.add(secret),
    signal: session.signal,
  });
  const { template, isMalformed, unblocked, unbuilt } = loaded;
  if (template) output.redactor.addPlain(plainTextsOf(template, session.host));
  const used = { registries, path: options.path, flags };
  // What a template looks like can be told without its plugins.
  const diagnostics = readOnly ? loaded.diagnostics : await withMissingPlugins(session, loaded.diagnostics, used);
  const all = inTextOrder([...diagnostics, ...(await missingFiles(session, { template, unbuilt }, options))]);
  const shown = all.filter((diagnostic) => isShown(diagnostic, { readOnly, buildsElsewhere }));
  for (const diagnostic of shown) output.pipeline.emit({ kind: "diagnostic", diagnostic });
  for (const text of conclusionOf(shown, unblocked)) output.pipeline.emit({ kind: "say", text });
  // A template can be looked at without the values that could not be read.
  const spoiling = shown.filter(({ code }) => !readOnly || code !== "data-source-failed");
  const isValid = template !== undefined && !hasErrors(spoiling);
  return { template, isValid, isMalformed, hasWarnings: shown.length > 0, diagnostics: shown };
}

function isShown(
  { code, severity }: Diagnostic,
  { readOnly, buildsElsewhere }: Required<Pick<LoadCheckedOptions, "readOnly" | "buildsElsewhere">>,
): boolean {
  if (readOnly && ONLY_FOR_BUILDS.has(code)) return false;
  // What is doubtful is said where it is built.
  const isForBuild = code === "unset-variable" || severity === "warning";
  return !(buildsElsewhere && isForBuild);
}

interface UsedRegistries extends Pick<LoadCheckedOptions, "path" | "flags"> {
  readonly registries: readonly ComposedRegistry[];
}

async function withMissingPlugins(
  session: UnopenedSession,
  diagnostics: readonly Diagnostic[],
  { registries, path, flags }: UsedRegistries,
): Promise<readonly Diagnostic[]> {
  const missed = registries.flatMap((registry) => [...registry.missed.values()]);
  if (missed.length === 0) return diagnostics;
  const { explainMissing } = await import("./plugins/explain-missing.ts");
  return explainMissing(session, diagnostics, { path, flags, missed });
}

/** What keeps a template from being built, and not from being read. */
const ONLY_FOR_BUILDS: ReadonlySet<string> = new Set(["unset-variable", "nothing-to-build", "no-builders"]);

/** Data sources, and `vault`, `consul_key` and the like; the clients are loaded when a template calls them. */
async function remoteAccess(
  session: UnopenedSession,
  isWanted: boolean,
): Promise<Pick<LoadOptions, "readDataSource" | "fetchRemote">> {
  if (!isWanted) return {};
  const { createFetchRemote } = await import("../language/functions/remote/fetch-remote.ts");
  const { env, homeDir } = session.host;
  return { readDataSource: dataSourceReader(session), fetchRemote: createFetchRemote({ env, homeDir }) };
}

function checkDataSource({ host, directories }: UnopenedSession): NonNullable<LoadOptions["checkDataSource"]> {
  const { work, template } = directories;
  return async (source, config) => (await source.checkFiles?.(config, { work, template, host })) ?? [];
}

async function missingFiles(
  { host }: UnopenedSession,
  { template, unbuilt }: Pick<Loaded, "template" | "unbuilt">,
  { syntaxOnly = false, readOnly = false, buildsElsewhere = false, buildsHere = false }: LoadCheckedOptions,
): Promise<readonly Diagnostic[]> {
  if (!template || syntaxOnly || readOnly || buildsElsewhere) return [];
  return checkFiles(
    { builds: template.builds, unbuilt },
    { work: host.cwd, template: template.directory, host, buildsHere },
  );
}
