import { resolve } from "node:path";
import type { Host } from "../sdk/host.ts";
import { createCodeQualityFile } from "./ci/code-quality.ts";
import { createGithubAnnotations } from "./ci/github-annotations.ts";
import { createGithubStepOutputs, createGithubStepSummary, githubGroups } from "./ci/github.ts";
import { gitlabSections } from "./ci/gitlab.ts";
import { createGroupedOutput } from "./ci/groups.ts";
import { nameInCheckout } from "./ci/name-in-checkout.ts";
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
  /** Where mistakes go for GitLab, and what stands for the place of those without one. */
  readonly codeQuality?: { readonly path: string; readonly template: string } | undefined;
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
  if (options.codeQuality !== undefined) {
    const { path, template } = options.codeQuality;
    renderers.push(createCodeQualityFile({ path: resolve(host.cwd, path), template, nameOf: nameInCheckout(host) }));
  }
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
  if (ci !== "github") return [human];
  return [human, ...githubRenderers(host, sink, options)];
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

function githubRenderers(host: Host, sink: Sink, { metadataFile }: OutputOptions): Renderer[] {
  const { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: outputs } = host.env;
  const metadata = metadataFile === undefined ? undefined : resolve(host.cwd, metadataFile);
  return [
    createGithubAnnotations(sink, nameInCheckout(host)),
    ...(summary ? [createGithubStepSummary(summary)] : []),
    ...(outputs ? [createGithubStepOutputs(outputs, metadata)] : []),
  ];
}
