import { createWriteStream, existsSync, type WriteStream } from "node:fs";
import { dirname, join } from "node:path";
import { asFileName } from "../lib/file-name.ts";
import { renderDiagnostic } from "../language/render/render-diagnostic.ts";
import { debugLine } from "./debug-log.ts";
import { createPackerText } from "./packer-text.ts";
import { buildOf, type Renderer, type StampedEvent } from "./renderer.ts";
import { createSink, type OnLost, type Sink } from "./sink.ts";
import { whenAllReady, type WhenReady } from "./when-ready.ts";

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
    ready: () => whenAllReady([...logs.values()].map((log) => log.ready())),
    close: async () => {
      await Promise.all([...logs.values()].map((log) => log.close()));
    },
  };
}

/** So many pieces are kept for a directory that is not there yet; then it is missed. */
const MOST_EARLY = 1000;

class BuildLog {
  readonly #path: string;
  readonly #onLost: OnLost;
  #file: { readonly stream: WriteStream; readonly sink: Sink } | undefined;
  /** What was said before the run had a directory, which it gets when its template is valid: by its data sources. */
  #early: (string | Uint8Array)[] = [];
  #atLineStart = true;

  constructor(path: string, onLost: OnLost) {
    this.#path = path;
    this.#onLost = onLost;
  }

  bytes(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#file?.sink.isGone === true) return;
    this.#write(bytes);
    this.#atLineStart = bytes.at(-1) === 10;
  }

  lines(lines: readonly string[], time: number): void {
    if (lines.length === 0) return;
    const stamp = new Date(time).toISOString();
    const text = lines.flatMap((line) => line.split("\n")).map((line) => `${stamp} ${line}\n`);
    if (!this.#atLineStart) text.unshift("\n");
    this.#write(text.join(""));
    this.#atLineStart = true;
  }

  ready(): WhenReady {
    return this.#file?.sink.ready();
  }

  /** A run that never began has no logs. */
  async close(): Promise<void> {
    if (this.#early.length > 0) this.#open();
    if (!this.#file || this.#file.sink.isGone) return;
    const { stream } = this.#file;
    await new Promise<void>((resolve) => {
      stream.once("error", () => resolve());
      stream.end(resolve);
    });
  }

  #write(data: string | Uint8Array): void {
    this.#open();
    if (!this.#file) return void this.#early.push(data);
    if (typeof data === "string") this.#file.sink.write(data);
    else this.#file.stream.write(data);
  }

  #open(): void {
    if (this.#file) return;
    if (this.#early.length < MOST_EARLY && !existsSync(dirname(this.#path))) return;
    const stream = createWriteStream(this.#path, { flags: "a", mode: 0o600 });
    stream.once("error", (error) => this.#onLost(this.#path, error));
    this.#file = { stream, sink: createSink(stream) };
    for (const data of this.#early) stream.write(data);
    this.#early = [];
  }
}
