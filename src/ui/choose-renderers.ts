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

interface RunLogs {
  readonly logDirectory?: string | undefined;
  readonly onLost?: OnLost;
}

/** Every way this run is shown: one on stdout, the log files, and what flags and environment ask for. */
export function chooseRenderers(host: Host, options: OutputOptions, logs: RunLogs = {}): Renderer[] {
  const { logDirectory, onLost } = logs;
  const renderers = screenRenderers(host, options);
  if (logDirectory !== undefined) renderers.push(createLogFileRenderer(logDirectory, onLost));
  if (options.metadataFile !== undefined)
    renderers.push(createMetadataFileRenderer(resolve(host.cwd, options.metadataFile)));
  const debugLog = createDebugLog(host, onLost);
  if (debugLog) renderers.push(debugLog);
  return renderers;
}

function screenRenderers(host: Host, options: OutputOptions): Renderer[] {
  const sink = createSink(host.stdout);
  if (options.json === true) return [createJsonRenderer(sink)];
  if (options.machineReadable === true) return [createMachineReadableRenderer(sink)];
  const ci = ciSystem(host.env);
  const progress = chooseProgress(host, options, ci);
  const human = createHumanRenderer({
    sink,
    output: lineOutput(host, sink, { ci, progress }),
    colour: wantsColour(host, host.stdout, options.color),
    timestamps: options.timestampUi === true,
    progress,
    clock: host.clock,
    columns: host.stdout.columns,
    home: host.homeDir,
  });
  return [human, ...githubRenderers(host, sink, ci)];
}

type CiSystem = "github" | "gitlab" | undefined;

function ciSystem(env: Host["env"]): CiSystem {
  if (env["GITHUB_ACTIONS"] === "true") return "github";
  if (env["GITLAB_CI"] === "true") return "gitlab";
  return undefined;
}

type ProgressStyle = "bars" | "lines" | "none";

const PROGRESS_STYLES = { tty: "bars", plain: "lines", none: "none" } as const;

function chooseProgress({ stdout, env }: Host, { progress = "auto" }: OutputOptions, ci: CiSystem): ProgressStyle {
  if (progress !== "auto") return PROGRESS_STYLES[progress];
  const isTerminal = stdout.isTTY === true && env["TERM"] !== "dumb";
  const isCi = ci !== undefined || Boolean(env["CI"]);
  return isTerminal && !isCi ? "bars" : "lines";
}

function lineOutput(
  host: Host,
  sink: Sink,
  { ci, progress }: { readonly ci: CiSystem; readonly progress: ProgressStyle },
): LineOutput {
  const now = () => host.clock.now();
  if (ci === "github") return createGroupedOutput(sink, githubGroups);
  if (ci === "gitlab") return createGroupedOutput(sink, gitlabSections(now));
  if (progress !== "bars") return plainOutput(sink);
  const size = () => ({ columns: host.stdout.columns || 80, rows: host.stdout.rows || 24 });
  const terminal = createTerminal(sink, size);
  return {
    line: (text) => terminal.print(text),
    setStatus: (lines) => terminal.setStatus(lines),
    end: () => terminal.clear(),
  };
}

function githubRenderers({ env }: Host, sink: Sink, ci: CiSystem): Renderer[] {
  if (ci !== "github") return [];
  const annotations = createGithubAnnotations(sink);
  const summary = env["GITHUB_STEP_SUMMARY"];
  return summary ? [annotations, createGithubStepSummary(summary)] : [annotations];
}
