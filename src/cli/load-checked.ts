import { checkFiles } from "../core/check-files.ts";
import { dataSourceReader } from "../core/read-data-source.ts";
import { hasErrors, type Diagnostic } from "../language/diagnostic.ts";
import { registry } from "../registry.ts";
import { loadTemplate } from "../template/load-template.ts";
import type { LoadOptions } from "../template/load-options.ts";
import type { Template } from "../template/model.ts";
import type { FlagValues } from "./command.ts";
import type { ComposedRegistry } from "./plugins/composed-registry.ts";
import type { Output } from "./output-flags.ts";
import type { UnopenedSession } from "./session.ts";
import { templateOptions, type templateFlags } from "./template-flags.ts";

export interface LoadCheckedOptions extends Pick<LoadOptions, "path" | "undeclaredVariables" | "syntaxOnly"> {
  readonly flags: FlagValues<typeof templateFlags>;
  /** Nothing will be built: variables may be without values, and files are not checked. */
  readonly readOnly?: boolean | undefined;
  /** Otherwise they stay unknown, and nothing outside the template's files is contacted. */
  readonly readsDataSources: boolean;
}

export interface CheckedTemplate {
  readonly template: Template | undefined;
  readonly isValid: boolean;
}

/** Loads a template, checks the files its arguments name, and shows everything that is wrong, in one go. */
export async function loadChecked(
  session: UnopenedSession,
  output: Output,
  options: LoadCheckedOptions,
): Promise<CheckedTemplate> {
  const { flags, readsDataSources, readOnly = false, ...rest } = options;
  const registries: ComposedRegistry[] = [];
  const loaded = await loadTemplate({
    ...templateOptions(flags),
    ...rest,
    ...(await remoteAccess(session, readsDataSources)),
    host: session.host,
    registry,
    registryFor: (facts) => {
      const composed = session.plugins.registryFor(facts, flags.plugin);
      registries.push(composed);
      return composed;
    },
    onSecret: (secret) => output.redactor.add(secret),
    signal: session.signal,
  });
  const { template } = loaded;
  const diagnostics = await withMissingPlugins(session, loaded.diagnostics, { registries, path: options.path, flags });
  const all = [...diagnostics, ...(await missingFiles(session, template, options))];
  const shown = all.filter(({ code }) => !readOnly || !ONLY_FOR_BUILDS.has(code));
  for (const diagnostic of shown) output.pipeline.emit({ kind: "diagnostic", diagnostic });
  return { template, isValid: template !== undefined && !hasErrors(shown) };
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
const ONLY_FOR_BUILDS: ReadonlySet<string> = new Set(["unset-variable", "nothing-to-build"]);

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

async function missingFiles(
  { host }: UnopenedSession,
  template: Template | undefined,
  { syntaxOnly = false, readOnly = false }: LoadCheckedOptions,
): Promise<readonly Diagnostic[]> {
  if (!template || syntaxOnly || readOnly) return [];
  return checkFiles(template.builds, { work: host.cwd, template: template.directory });
}
