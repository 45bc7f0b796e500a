import { checkFiles } from "../core/check-files.ts";
import { dataSourceReader } from "../core/read-data-source.ts";
import { hasErrors } from "../language/diagnostic.ts";
import { registry } from "../registry.ts";
import { loadTemplate } from "../template/load-template.ts";
import type { LoadOptions } from "../template/load-options.ts";
import type { Template } from "../template/model.ts";
import type { FlagValues } from "./command.ts";
import type { Output } from "./output-flags.ts";
import type { UnopenedSession } from "./session.ts";
import { templateOptions, type templateFlags } from "./template-flags.ts";

export interface LoadCheckedOptions extends Pick<LoadOptions, "path" | "undeclaredVariables" | "syntaxOnly"> {
  readonly flags: FlagValues<typeof templateFlags>;
  /** Only to look at the template: variables may be without values, and files are not checked. */
  readonly isForLooking?: boolean | undefined;
  /** Otherwise they stay unknown, and nothing outside the template's files is asked. */
  readonly readsDataSources: boolean;
}

/** What keeps a template from being built, and not from being looked at. */
const ONLY_FOR_BUILDS: ReadonlySet<string> = new Set(["unset-variable", "nothing-to-build"]);

/** Loads a template, checks the files its arguments name, and shows everything that is wrong, in one go. */
export async function loadChecked(
  session: UnopenedSession,
  output: Output,
  options: LoadCheckedOptions,
): Promise<{ readonly template: Template | undefined; readonly isValid: boolean }> {
  const { host, signal } = session;
  const { flags, readsDataSources, isForLooking, ...rest } = options;
  const online = readsDataSources
    ? { readDataSource: dataSourceReader(session), fetchRemote: await createRemote(session) }
    : {};
  const { template, diagnostics } = await loadTemplate({
    ...templateOptions(flags),
    ...rest,
    ...online,
    host,
    registry,
    onSecret: (secret) => output.redactor.add(secret),
    signal,
  });
  const directories = { work: host.cwd, template: template?.directory ?? host.cwd };
  const files =
    template && options.syntaxOnly !== true && isForLooking !== true
      ? await checkFiles(template.builds, directories)
      : [];
  const all = [...diagnostics, ...files].filter(({ code }) => isForLooking !== true || !ONLY_FOR_BUILDS.has(code));
  for (const diagnostic of all) output.pipeline.emit({ kind: "diagnostic", diagnostic });
  return { template, isValid: template !== undefined && !hasErrors(all) };
}

/** `vault`, `consul_key` and the like; the clients are loaded when a template calls them. */
async function createRemote({ host }: UnopenedSession) {
  const { createFetchRemote } = await import("../language/functions/remote/fetch-remote.ts");
  return createFetchRemote({ env: host.env, homeDir: host.homeDir });
}
