import { join } from "node:path";
import { stateDirectory } from "../../../core/journal/state-directory.ts";
import { hasErrors } from "../../../language/diagnostic.ts";
import { createFunctionLibrary } from "../../../language/functions/library.ts";
import { createFetchRemote } from "../../../language/functions/remote/fetch-remote.ts";
import { startTime } from "../../../lib/start-time.ts";
import { registry } from "../../../registry.ts";
import type { Host } from "../../../sdk/host.ts";
import { loadTemplate } from "../../../template/load-template.ts";
import type { LoadOptions } from "../../../template/load-options.ts";
import type { TemplateNames } from "../../../template/model.ts";
import { createRedactor, type Redactor } from "../../../ui/redact.ts";
import { defineCommand, EXIT, exitCode } from "../../command.ts";
import { runInteractive } from "./interactive.ts";
import { runPiped, type ConsoleOutput } from "./piped.ts";
import { printDiagnostics } from "../../print-diagnostics.ts";
import { templateArgument, templateFlags, templateOptions } from "../../template-flags.ts";

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
  flags: templateFlags,
  notes: [
    "Lines starting with # are skipped; open brackets and heredocs go on in the next line. At the terminal there are also: help, help FUNCTION, variables, exit.",
    "Values are printed on standard output, one after the other, and errors on standard error; if any line fails the exit code is 1. Sensitive values are masked.",
  ],
  async run({ host, onRedactor }, { positional, flags }) {
    const { stdin, stdout } = host;
    const { signal } = new AbortController();
    const redactor = createRedactor();
    onRedactor(redactor);
    const output = outputTo(host, redactor);
    const onSecret = (secret: string) => redactor.add(secret);
    const names = await loadNames(host, positional[0], { ...templateOptions(flags), onSecret, signal }, output);
    if (!names) return EXIT.failed;
    if (stdin.isTTY) {
      const historyFile = join(stateDirectory(host), "console-history");
      await runInteractive({ stdin, stdout, names, output, historyFile, signal });
      return EXIT.ok;
    }
    return exitCode(await runPiped({ input: stdin, names, output, signal }));
  },
});

function outputTo(host: Host, redactor: Redactor): ConsoleOutput {
  return {
    value: (text) => void host.stdout.write(`${text}\n`),
    diagnostics: (diagnostics) => printDiagnostics(host, diagnostics, redactor),
  };
}

async function loadNames(
  host: Host,
  path: string | undefined,
  options: ReturnType<typeof templateOptions> & Pick<LoadOptions, "onSecret" | "signal">,
  output: ConsoleOutput,
): Promise<TemplateNames | undefined> {
  const fetchRemote = createFetchRemote(host);
  if (path === undefined) return functionsOnly(host, fetchRemote);
  const { template, diagnostics } = await loadTemplate({
    ...options,
    path,
    host,
    registry,
    undeclaredVariables: "ignore",
    fetchRemote,
  });
  const found = diagnostics.filter(({ code }) => code !== "nothing-to-build");
  output.diagnostics(found);
  if (!template || hasErrors(found)) return undefined;
  return template.names ?? functionsOnly(host, fetchRemote);
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
