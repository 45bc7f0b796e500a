import { BUILD_COLOURS, ERROR_COLOUR, paint, WARNING_COLOUR } from "./colour.ts";
import { renderDiagnostic } from "../language/render/render-diagnostic.ts";
import type { LineOutput } from "./line-output.ts";
import { createPackerText, type TextLine } from "./packer-text.ts";
import { createPlainProgress, isComplete, progressBar, type Progress } from "./progress.ts";
import type { Renderer, StampedEvent } from "./renderer.ts";
import { sanitizeLine } from "./sanitize.ts";
import type { Sink } from "./sink.ts";
import { summaryLines } from "./summary.ts";

export interface HumanOptions {
  readonly sink: Sink;
  readonly output: LineOutput;
  readonly colour: boolean;
  /** RFC 3339 before each line. */
  readonly timestamps: boolean;
  /** `none`: neither bars nor lines. Bars need an output that can show them. */
  readonly progress: "bars" | "lines" | "none";
  readonly columns?: number | undefined;
}

/** Packer's text UI. */
export function createHumanRenderer(options: HumanOptions): Renderer {
  const { output, sink } = options;
  const text = createPackerText();
  const colours = new Map<string, string>();
  const showProgress = progressDisplay(options);

  const print = (line: TextLine, time: number): void => {
    const stamp = options.timestamps && line.prefix + line.text !== "" ? `${rfc3339(time)}: ` : "";
    const colour = options.colour ? colourOf(line, colours) : undefined;
    output.line(stamp + paint(sanitizeLine(line.prefix) + sanitizeLine(line.text), colour), line.build);
  };
  const render = (stamped: StampedEvent): void => {
    const { event, time } = stamped;
    const lines = text.lines(stamped);
    if (event.kind === "run-started") {
      event.builds.forEach((build, index) => colours.set(build, BUILD_COLOURS[index % BUILD_COLOURS.length]!));
      if (!options.colour) return;
    }
    if (event.kind === "build-started") output.buildStarted?.(event.build);
    for (const line of lines) print(line, time);
    if (event.kind === "run-started") output.line("", undefined);
    if (event.kind === "progress") showProgress(event, time, print);
    if (event.kind === "build-finished") output.buildFinished?.(event.build);
    if (event.kind === "diagnostic") {
      const rendered = renderDiagnostic(event.diagnostic, { color: options.colour, width: options.columns });
      for (const line of rendered.split("\n")) output.line(line, undefined);
    }
    if (event.kind === "run-finished") {
      for (const line of summaryLines(text.finished()))
        print({ level: "detail", build: undefined, prefix: "", text: line }, time);
    }
  };
  return {
    render,
    ready: () => sink.ready(),
    close: async () => {
      output.end?.();
      await sink.close();
    },
  };
}

function colourOf({ level, build }: TextLine, colours: ReadonlyMap<string, string>): string | undefined {
  if (level === "error") return ERROR_COLOUR;
  if (level === "warning") return WARNING_COLOUR;
  if (level === "detail") return undefined;
  return build === undefined ? undefined : (colours.get(build) ?? BUILD_COLOURS[0]);
}

const rfc3339 = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");

type Print = (line: TextLine, time: number) => void;

function progressDisplay({ progress, output }: HumanOptions): (event: Progress, time: number, print: Print) => void {
  if (progress === "none") return () => {};
  const prefixOf = ({ build }: Progress): string => (build === undefined ? "" : `==> ${build}: `);
  if (progress === "bars" && output.setStatus) {
    const bars = new Map<string, string>();
    return (event) => {
      const key = `${event.build ?? ""} ${event.label}`;
      if (isComplete(event)) bars.delete(key);
      else bars.set(key, sanitizeLine(progressBar(event, prefixOf(event))));
      output.setStatus!([...bars.values()]);
    };
  }
  const lineFor = createPlainProgress();
  return (event, time, print) => {
    const line = lineFor(event, time);
    if (line !== undefined) print({ level: "say", build: event.build, prefix: prefixOf(event), text: line }, time);
  };
}
