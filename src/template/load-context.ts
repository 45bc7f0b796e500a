import { createFunctionLibrary, type FunctionLibrary } from "../language/functions/library.ts";
import type { TemplateFunctions } from "../lib/go-template/execute.ts";
import { startTime } from "../lib/start-time.ts";
import type { Report } from "./diagnostics.ts";
import { commonFunctions } from "./interpolate/functions.ts";
import type { LoadOptions } from "./load-options.ts";
import { Secrets, secretTextsIn } from "./secrets.ts";

/** Repeats a synchronous computation until all it needs from modules and remote services is there. */
export type Settle = <Result>(compute: () => Result) => Promise<Result>;

/** What loading a template takes, whichever syntax it is written in. */
export interface LoadContext {
  readonly options: LoadOptions;
  /** Of the template, absolute. */
  readonly directory: string;
  /** The functions of HCL. Variables of legacy templates call those that ask remote services. */
  readonly library: FunctionLibrary;
  /** The functions of `{{ }}` that both syntaxes have. */
  readonly templateFunctions: TemplateFunctions;
  readonly secrets: Secrets;
  readonly settle: Settle;
  readonly report: Report;
}

interface Place extends Pick<LoadContext, "options" | "directory"> {
  /** The directory as it was given. */
  readonly root: string;
}

export function createLoadContext({ options, directory, root }: Place, report: Report): LoadContext {
  const { host, signal, fetchRemote } = options;
  const { env, cwd, homeDir } = host;
  const start = startTime(host);
  const secrets = new Secrets(options.onSecret);
  const library = createFunctionLibrary({
    env,
    cwd,
    homeDir,
    templateDir: directory,
    templateRoot: root,
    startTime: start.getTime(),
    fetchRemote,
    onSensitive: (result) => secrets.add(secretTextsIn(result)),
  });
  return {
    options,
    directory,
    library,
    templateFunctions: commonFunctions({ startTime: start, cwd, templateDirectory: directory }),
    secrets,
    settle: (compute) => library.settle(compute, signal),
    report,
  };
}
