import { join } from "node:path";
import { stateDirectory } from "../../../core/journal/state-directory.ts";
import { createFunctionLibrary } from "../../../language/functions/library.ts";
import { createFetchRemote } from "../../../language/functions/remote/fetch-remote.ts";
import { startTime } from "../../../lib/start-time.ts";
import type { Host } from "../../../sdk/host.ts";
import { commonFunctions } from "../../../template/interpolate/functions.ts";
import { legacyNames } from "../../../template/json/legacy-names.ts";
import type { TemplateNames } from "../../../template/model.ts";
import type { Redactor } from "../../../ui/redact.ts";
import { booleanFlag, defineCommand, EXIT, exitCode, type FlagValues } from "../../command.ts";
import type { ConsoleEngine } from "./engine.ts";
import { createHclEngine } from "./hcl-engine.ts";
import { runInteractive } from "./interactive.ts";
import { createLegacyEngine } from "./legacy-engine.ts";
import { runPiped, type ConsoleOutput } from "./piped.ts";
import { printDiagnostics } from "../../print-diagnostics.ts";
import { loadChecked } from "../../load-checked.ts";
import type { Output } from "../../output-flags.ts";
import { withReadOnlySession, type ReadOnlySession } from "../../read-only-session.ts";
import type { UnopenedSession } from "../../session.ts";
import { templateArgument, templateFlags } from "../../template-flags.ts";

const flags = {
  ...templateFlags,
  "use-sequential-evaluation": booleanFlag("", {
    hidden: true,
    withoutEffect: "locals and data sources are always read in the order they need each other.",
  }),
};

/** `imgbuild console`: the value of expressions, typed or piped in, among the names of a template. */
export const command = defineCommand({
  name: "console",
  summary: "Try expressions with the variables, locals and functions of a template",
  examples: [
    { command: "imgbuild console web.pkr.hcl", explains: "Ask for values until exit" },
    { command: "echo 'upper(var.region)' | imgbuild console web.pkr.hcl", explains: "Print the value of every line" },
    { command: "echo 'cidrsubnet(\"10.0.0.0/8\", 8, 3)' | imgbuild console", explains: "Functions need no template" },
  ],
  arguments: [{ ...templateArgument, optional: true }],
  flags,
  notes: [
    "Lines starting with # are skipped; open brackets and heredocs go on in the next line. At the terminal there are also: help, help FUNCTION, variables, exit.",
    "Values are printed on standard output, one after the other, and errors on standard error; if any line fails the exit code is 1. Sensitive values are masked.",
  ],
  run: (context, { positional: [path], flags: given }) =>
    withReadOnlySession(context, { path: path ?? ".", signal: new AbortController().signal }, (opened) =>
      runConsole(opened, path, given),
    ),
});

type ConsoleFlags = FlagValues<typeof flags>;

async function runConsole(
  { session, output: messages }: ReadOnlySession,
  path: string | undefined,
  flags: ConsoleFlags,
): Promise<number> {
  const { host, signal } = session;
  const { stdin, stdout } = host;
  const engine =
    path === undefined ? engineWithoutTemplate(host, flags) : await loadEngine(session, messages, { path, flags });
  if (!engine) return EXIT.failed;
  const output = outputTo(host, messages.redactor, engine);
  if (stdin.isTTY) {
    const historyFile = join(stateDirectory(host), "console-history");
    await runInteractive({ stdin, stdout, engine, output, historyFile, signal });
    return EXIT.ok;
  }
  return exitCode(await runPiped({ input: stdin, engine, output, signal }));
}

function outputTo(host: Host, redactor: Redactor, { hidesSecrets }: ConsoleEngine): ConsoleOutput {
  return {
    value: (text) => void host.stdout.write(`${hidesSecrets ? text : redactor.text(text)}\n`),
    diagnostics: (diagnostics) => printDiagnostics(host, diagnostics, redactor),
  };
}

/** Undefined where too much is wrong with the template to ask it anything. */
async function loadEngine(
  session: UnopenedSession,
  output: Output,
  { path, flags }: { readonly path: string; readonly flags: ConsoleFlags },
): Promise<ConsoleEngine | undefined> {
  const { template, isValid } = await loadChecked(session, output, {
    path,
    flags,
    readOnly: true,
    undeclaredVariables: "ignore",
    readsDataSources: true,
  });
  if (!template || !isValid) return undefined;
  if (template.legacyNames) return createLegacyEngine(template.legacyNames);
  return template.names && createHclEngine(template.names);
}

function engineWithoutTemplate(host: Host, flags: ConsoleFlags): ConsoleEngine {
  if (flags["config-type"] !== "json") return createHclEngine(functionsOnly(host, createFetchRemote(host)));
  const { cwd } = host;
  const functions = commonFunctions({ startTime: startTime(host), cwd, templateDirectory: cwd });
  return createLegacyEngine(legacyNames(new Map([...functions, ["user", () => ""]]), []));
}

function functionsOnly(host: Host, fetchRemote: ReturnType<typeof createFetchRemote>): TemplateNames {
  const { env, cwd, homeDir } = host;
  const library = createFunctionLibrary({
    env,
    cwd,
    templateDir: cwd,
    homeDir,
    startTime: startTime(host).getTime(),
    fetchRemote,
  });
  return { scope: { variables: new Map(), functions: library }, settle: library.settle };
}
