import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { asFileName } from "../lib/file-name.ts";
import { renderDiagnostic } from "../language/render/render-diagnostic.ts";
import { debugLine } from "./debug-log.ts";
import { createPackerText } from "./packer-text.ts";
import { buildOf, type Renderer, type StampedEvent } from "./renderer.ts";
import { createSink, type OnLost, type Sink } from "./sink.ts";
import { whenAllReady } from "./when-ready.ts";

/** The log of one build in a run's log directory. Characters a file name cannot hold everywhere become `_`. */
export function logPathFor(logDirectory: string, build: string): string {
  return join(logDirectory, `${asFileName(build).slice(0, 200)}.log`);
}

/**
 * One log file per build: its messages, each line with its time, and between these lines the bytes the guest printed,
 * as they came (but for secrets). Mode 0600: a log may contain what only its owner may see.
 */
export function createLogFileRenderer(logDirectory: string, onLost: OnLost = () => {}): Renderer {
  const logs = new Map<string, BuildLog>();
  const text = createPackerText();
  const logOf = (build: string): BuildLog => {
    const known = logs.get(build);
    if (known) return known;
    const log = new BuildLog(logPathFor(logDirectory, build), onLost);
    logs.set(build, log);
    return log;
  };
  const render = (stamped: StampedEvent): void => {
    const { event, time } = stamped;
    const lines = text.lines(stamped);
    if (event.kind === "raw-output") return logOf(event.build).bytes(event.bytes);
    if (event.kind === "output" && event.inRaw === true) return;
    const shown = lines.filter(({ level }) => level !== "header").map(({ prefix, text }) => prefix + text);
    if (event.kind === "diagnostic") shown.push(renderDiagnostic(event.diagnostic, { color: false }).trimEnd());
    if (event.kind === "step-started") shown.push(`step "${event.step}" started`);
    if (event.kind === "step-finished")
      shown.push(`step "${event.step}" ${event.outcome} after ${Math.round(event.durationMs)} ms`);
    if (event.kind === "debug") shown.push(debugLine(event));
    const build = buildOf(event);
    if (event.kind === "run-finished") return;
    const receivers = build === undefined ? [...logs.values()] : [logOf(build)];
    for (const log of receivers) log.lines(shown, time);
  };
  return {
    render,
    ready: () => whenAllReady([...logs.values()].map((log) => log.sink.ready())),
    close: async () => {
      await Promise.all([...logs.values()].map((log) => log.close()));
    },
  };
}

class BuildLog {
  readonly sink: Sink;
  readonly #stream;
  #atLineStart = true;

  constructor(path: string, onLost: OnLost) {
    this.#stream = createWriteStream(path, { flags: "a", mode: 0o600 });
    this.#stream.once("error", (error) => onLost(path, error));
    this.sink = createSink(this.#stream);
  }

  bytes(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.sink.isGone) return;
    this.#stream.write(bytes);
    this.#atLineStart = bytes.at(-1) === 10;
  }

  lines(lines: readonly string[], time: number): void {
    if (lines.length === 0) return;
    const stamp = new Date(time).toISOString();
    const text = lines.flatMap((line) => line.split("\n")).map((line) => `${stamp} ${line}\n`);
    if (!this.#atLineStart) text.unshift("\n");
    this.sink.write(text.join(""));
    this.#atLineStart = true;
  }

  async close(): Promise<void> {
    if (this.sink.isGone) return;
    await new Promise<void>((resolve) => {
      this.#stream.once("error", () => resolve());
      this.#stream.end(resolve);
    });
  }
}
