import { resolve } from "node:path";
import type { Host } from "../sdk/host.ts";
import { createGithubAnnotations, createGithubStepSummary, githubGroups } from "./ci/github.ts";
import { gitlabSections } from "./ci/gitlab.ts";
import { createGroupedOutput } from "./ci/groups.ts";
import { wantsColour } from "./colour.ts";
import { createDebugLog } from "./debug-log.ts";
import { createHumanRenderer } from "./human.ts";
import { createJsonRenderer } from "./json.ts";
import { plainOutput, type LineOutput } from "./line-output.ts";
import { createLogFileRenderer } from "./log-file.ts";
import { createMachineReadableRenderer } from "./machine-readable.ts";
import { createMetadataFileRenderer } from "./metadata-file.ts";
import type { Renderer } from "./renderer.ts";
import { createSink, type OnLost, type Sink } from "./sink.ts";
import { createTerminal } from "./terminal.ts";

/** The output flags of the command line. */
interface OutputOptions {
  /** `-color=false`. */
  readonly color?: boolean | undefined;
  readonly timestampUi?: boolean | undefined;
  readonly machineReadable?: boolean | undefined;
  readonly json?: boolean | undefined;
  /** `auto`: bars on a terminal, plain lines elsewhere. */
  readonly progress?: "auto" | "tty" | "plain" | "none" | undefined;
  readonly metadataFile?: string | undefined;
}

/** Every way this run is shown: one on stdout, the log files, and what flags and environment ask for. */
export function chooseRenderers(
  host: Host,
  options: OutputOptions,
  run: { readonly logDirectory?: string | undefined; readonly onLost?: OnLost } = {},
): Renderer[] {
  const sink = createSink(host.stdout);
  const debugLog = createDebugLog(host, run.onLost);
  return [
    ...screenRenderers(host, options, sink),
    ...(run.logDirectory === undefined ? [] : [createLogFileRenderer(run.logDirectory, run.onLost)]),
    ...(options.metadataFile === undefined
      ? []
      : [createMetadataFileRenderer(resolve(host.cwd, options.metadataFile))]),
    ...(debugLog ? [debugLog] : []),
  ];
}

function screenRenderers(host: Host, options: OutputOptions, sink: Sink): Renderer[] {
  if (options.json === true) return [createJsonRenderer(sink)];
  if (options.machineReadable === true) return [createMachineReadableRenderer(sink)];
  const isTerminal = host.stdout.isTTY === true && host.env["TERM"] !== "dumb";
  const ci = ciSystem(host.env);
  const wanted = options.progress ?? "auto";
  const bars = wanted === "tty" || (wanted === "auto" && isTerminal && ci === undefined && !host.env["CI"]);
  const human = createHumanRenderer({
    sink,
    output: lineOutput(host, sink, ci, bars),
    colour: wantsColour(host, host.stdout, options.color),
    timestamps: options.timestampUi === true,
    progress: wanted === "none" ? "none" : bars ? "bars" : "lines",
    columns: host.stdout.columns,
  });
  if (ci !== "github") return [human];
  const summary = host.env["GITHUB_STEP_SUMMARY"];
  return [human, createGithubAnnotations(sink), ...(summary ? [createGithubStepSummary(summary)] : [])];
}

type CiSystem = "github" | "gitlab" | undefined;

function ciSystem(env: Host["env"]): CiSystem {
  if (env["GITHUB_ACTIONS"] === "true") return "github";
  return env["GITLAB_CI"] === "true" ? "gitlab" : undefined;
}

function lineOutput(host: Host, sink: Sink, ci: CiSystem, bars: boolean): LineOutput {
  if (ci === "github") return createGroupedOutput(sink, githubGroups);
  if (ci === "gitlab")
    return createGroupedOutput(
      sink,
      gitlabSections(() => host.clock.now()),
    );
  if (!bars) return plainOutput(sink);
  const terminal = createTerminal(sink, () => host.stdout.columns || 80);
  return {
    line: (text) => terminal.print(text),
    setStatus: (lines) => terminal.setStatus(lines),
    end: () => terminal.clear(),
  };
}
