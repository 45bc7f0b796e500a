import type { BuildEvent } from "../sdk/event.ts";
import type { Clock } from "../sdk/host.ts";
import { BUILD_COLOURS, ERROR_COLOUR, paint, WARNING_COLOUR } from "./colour.ts";
import { renderDiagnostic } from "../language/render/render-diagnostic.ts";
import type { LineOutput } from "./line-output.ts";
import { createPackerText, prefixOf, type BuildFinished, type PackerText, type TextLine } from "./packer-text.ts";
import { createPlainProgress, type Progress } from "./progress.ts";
import { createLiveStatus, type LiveStatus } from "./live-status.ts";
import type { Renderer, StampedEvent } from "./renderer.ts";
import { sanitizeLine } from "./sanitize.ts";
import type { Sink } from "./sink.ts";
import { summaryLines } from "./summary.ts";
import type { WhenReady } from "./when-ready.ts";

export interface HumanOptions {
  readonly sink: Sink;
  readonly output: LineOutput;
  readonly colour: boolean;
  /** RFC 3339 before each line. */
  readonly timestamps: boolean;
  /** `none`: neither bars nor lines. Bars need an output that can show them. */
  readonly progress: "bars" | "lines" | "none";
  readonly clock: Pick<Clock, "monotonic">;
  readonly columns?: number | undefined;
  /** Of the user: written `~` in paths on a terminal. */
  readonly home?: string | undefined;
}

/** Packer's text UI. */
export function createHumanRenderer(options: HumanOptions): Renderer {
  return new HumanRenderer(options);
}

class HumanRenderer implements Renderer {
  readonly #options: HumanOptions;
  readonly #text: PackerText;
  readonly #colours = new Map<string, string>();
  readonly #showProgress: ShowProgress;
  readonly #status: LiveStatus | undefined;
  /** Builds whose failure was said. */
  readonly #failed = new Set<string>();
  /** Builds whose log was named with their failure. */
  readonly #logsNamed = new Set<string>();

  constructor(options: HumanOptions) {
    this.#options = options;
    this.#text = createPackerText({ isAsking: options.progress === "bars" });
    this.#showProgress = progressDisplay(options);
    const { progress, output, clock } = options;
    if (progress === "bars" && output.setStatus)
      this.#status = createLiveStatus((lines) => output.setStatus!(lines), clock);
  }

  render(stamped: StampedEvent): void {
    this.#renderLines(stamped);
    this.#status?.saw(stamped.event);
  }

  #renderLines(stamped: StampedEvent): void {
    const { event, time } = stamped;
    const { output, colour } = this.#options;
    const lines = this.#text.lines(this.#saidOnce(stamped));
    if (event.kind === "run-started") {
      this.#chooseColours(event.builds);
      // The lines at the start say which build has which colour.
      if (!colour) return;
    }
    if (event.kind === "build-started") output.buildStarted?.(event.build);
    for (const line of lines) this.#print(line, time);
    this.#renderMore(event, time);
  }

  /**
   * On a terminal a failure is said once: the lines at the end only name the build. In pipes the lines are Packer's.
   */
  #saidOnce(stamped: StampedEvent): StampedEvent {
    const { event } = stamped;
    if (this.#options.progress !== "bars") return stamped;
    if (event.kind === "error" && event.build !== undefined) {
      this.#failed.add(event.build);
      if (event.step?.logPath !== undefined) this.#logsNamed.add(event.build);
    }
    if (event.kind !== "build-finished" || !this.#failed.has(event.build)) return stamped;
    return { ...stamped, event: { ...event, error: undefined } };
  }

  /** What is shown beside the lines of text. */
  #renderMore(event: BuildEvent, time: number): void {
    const { output, colour, columns } = this.#options;
    if (event.kind === "run-started") output.line("", undefined);
    if (event.kind === "progress") this.#showProgress(event, time, (line) => this.#print(line, time));
    if (event.kind === "build-finished") output.buildFinished?.(event.build);
    if (event.kind === "diagnostic") {
      const rendered = renderDiagnostic(event.diagnostic, { color: colour, width: columns });
      for (const line of rendered.split("\n")) output.line(line, undefined);
    }
    if (event.kind === "run-finished" && !event.held) {
      for (const text of summaryLines(this.#finished()))
        this.#print({ level: "detail", build: undefined, prefix: "", text }, time);
    }
  }

  #finished(): readonly BuildFinished[] {
    const withoutKnownLog = (build: BuildFinished): BuildFinished =>
      this.#logsNamed.has(build.build) ? { ...build, logPath: undefined } : build;
    return this.#text.finished().map(withoutKnownLog);
  }

  ready(): WhenReady {
    return this.#options.sink.ready();
  }

  quiet(isQuiet: boolean): void {
    this.#status?.quiet(isQuiet);
  }

  async close(): Promise<void> {
    this.#status?.stop();
    this.#options.output.end?.();
    await this.#options.sink.close();
  }

  #chooseColours(builds: readonly string[]): void {
    for (const [index, build] of builds.entries()) {
      this.#colours.set(build, BUILD_COLOURS[index % BUILD_COLOURS.length]!);
    }
  }

  #print(line: TextLine, time: number): void {
    const { output, timestamps, colour } = this.#options;
    const prefix = this.#isSetApart(line) ? line.prefix.replace(/^==> /, "    ") : line.prefix;
    const text = sanitizeLine(prefix) + sanitizeLine(this.#shortened(line));
    const painted = colour ? paint(text, this.#colourOf(line)) : text;
    const isEmpty = line.prefix + line.text === "";
    const shown = timestamps && !isEmpty ? `${rfc3339(time)}: ${painted}` : painted;
    output.line(shown, line.build);
  }

  /** On a terminal what a command prints looks different from what imgbuild says. In pipes it is as Packer's. */
  #isSetApart({ isPrinted = false }: TextLine): boolean {
    return isPrinted && this.#options.progress === "bars";
  }

  /** Details are for reading; on a terminal nobody parses them. */
  #shortened({ level, text }: TextLine): string {
    const { home, progress } = this.#options;
    if (!home || level !== "detail" || progress !== "bars") return text;
    return text.replaceAll(`${home}/`, "~/");
  }

  #colourOf(line: TextLine): string | undefined {
    const colour = this.#boldColourOf(line);
    return this.#isSetApart(line) ? colour?.replace("1;", "") : colour;
  }

  #boldColourOf({ level, build }: TextLine): string | undefined {
    if (level === "error") return ERROR_COLOUR;
    if (level === "warning") return WARNING_COLOUR;
    if (level === "detail" || build === undefined) return undefined;
    return this.#colours.get(build) ?? BUILD_COLOURS[0];
  }
}

const rfc3339 = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");

type ShowProgress = (event: Progress, time: number, print: (line: TextLine) => void) => void;

function progressDisplay({ progress, output }: HumanOptions): ShowProgress {
  // On a terminal it is part of the status.
  if (progress === "none" || (progress === "bars" && output.setStatus)) return () => {};
  const lineFor = createPlainProgress();
  return (event, time, print) => {
    const text = lineFor(event, time);
    if (text !== undefined) print({ level: "say", build: event.build, prefix: prefixOf(event), text });
  };
}
