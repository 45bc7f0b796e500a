import { createWriteStream } from "node:fs";
import { resolve } from "node:path";
import type { BuildEvent } from "../sdk/event.ts";
import type { Host } from "../sdk/host.ts";
import { jsonValue } from "./json.ts";
import { buildOf, dispatch, type EventTable, type Renderer } from "./renderer.ts";
import { createSink, type OnLost, type Sink } from "./sink.ts";

/**
 * The debug log of `IMGBUILD_LOG` or `PACKER_LOG` (anything but empty and `0`), to the file of `IMGBUILD_LOG_PATH` or
 * `PACKER_LOG_PATH`, else to stderr: each external command with its exit code and time, each request, each decision.
 */
export function createDebugLog(host: Host, onLost: OnLost = () => {}): Renderer | undefined {
  if (!isWanted(host)) return undefined;
  const path = host.env["IMGBUILD_LOG_PATH"] ?? host.env["PACKER_LOG_PATH"];
  if (!path) return debugRenderer(createSink(host.stderr), async (sink) => sink.close());
  const file = createWriteStream(resolve(host.cwd, path), { flags: "a", mode: 0o600 });
  file.once("error", (error) => onLost(path, error));
  const sink = createSink(file);
  return debugRenderer(sink, async () => {
    if (!sink.isGone) await new Promise<void>((done) => file.once("error", () => done()).end(done));
  });
}

function isWanted({ env }: Pick<Host, "env">): boolean {
  const wanted = env["IMGBUILD_LOG"] ?? env["PACKER_LOG"] ?? "";
  return wanted !== "" && wanted !== "0";
}

/** `topic: text {details}`, for every log that shows what only a debugger wants to know. */
export function debugLine({ topic, text, details }: Extract<BuildEvent, { kind: "debug" }>): string {
  const line = `${topic}: ${text}`;
  if (details === undefined) return line;
  return `${line} ${JSON.stringify(details, jsonValue)}`;
}

function debugRenderer(sink: Sink, close: (sink: Sink) => Promise<void>): Renderer {
  return {
    render: (stamped) => {
      const text = dispatch(lines, stamped);
      if (text === undefined) return;
      const time = new Date(stamped.time).toISOString();
      const build = buildOf(stamped.event);
      const prefix = build === undefined ? time : `${time} [${build}]`;
      sink.write(`${prefix} ${text.replaceAll("\n", "\n    ")}\n`);
    },
    ready: () => sink.ready(),
    close: () => close(sink),
  };
}

const joined = (parts: readonly (string | undefined)[], separator: string): string =>
  parts.filter((part) => part !== undefined).join(separator);

const seconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`;

const lines: EventTable<string | undefined> = {
  "run-started": ({ runId, template, builds }) => `run ${runId} of ${template}: ${builds.join(", ")}`,
  "build-started": () => "build started",
  "step-started": ({ step }) => `step "${step}" started`,
  "step-finished": ({ step, outcome, durationMs }) => `step "${step}" ${outcome} after ${seconds(durationMs)}`,
  "cleanup-started": ({ what }) => `cleanup: ${what}`,
  "cleanup-failed": ({ what, message }) => `cleanup failed: ${what}: ${message}`,
  say: ({ text }) => `say: ${text}`,
  warning: ({ text }) => `warning: ${text}`,
  error: ({ text, hint }) => joined([`error: ${text}`, hint], "\n"),
  waiting: ({ what, elapsedMs }) => `waiting for ${what} since ${seconds(elapsedMs)}`,
  output: ({ stream, text }) => `${stream}: ${text}`,
  progress: () => undefined,
  "post-processor-started": ({ type, name }) => {
    const label = name === undefined ? type : `${type} "${name}"`;
    return `post-processor ${label} started`;
  },
  artifact: ({ artifact }) => `artifact: ${artifact.builderId} ${artifact.id}: ${artifact.description}`,
  "build-finished": ({ outcome, durationMs, error }) =>
    joined([`build ${outcome} after ${seconds(durationMs)}`, error], ": "),
  "run-finished": ({ outcome, durationMs }) => `run ${outcome} after ${seconds(durationMs)}`,
  diagnostic: ({ diagnostic }) =>
    `${diagnostic.severity} ${diagnostic.code}: ${diagnostic.summary}. ${diagnostic.detail}`,
  "raw-output": () => undefined,
  debug: debugLine,
};
