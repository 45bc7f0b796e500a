import { LineSplitter } from "../lib/line-splitter.ts";
import type { Run } from "../sdk/run.ts";

/** Turns what a command in the guest prints into events: every byte for the log, whole lines for people. */
export interface OutputLines {
  /** The promise they return holds the command back until the output has been taken up. */
  readonly onStdout: (chunk: Buffer) => Promise<void> | undefined;
  readonly onStderr: (chunk: Buffer) => Promise<void> | undefined;
  /** Call when the command ended: delivers a last line without a line end. */
  end(): void;
  /** The last line that says something, for error messages. */
  lastLine(): string | undefined;
}

export function outputLines(run: Run): OutputLines {
  const build = run.build.name;
  let last: string | undefined;
  const stream = (name: "stdout" | "stderr") =>
    new LineSplitter((text) => {
      if (text.trim() !== "") last = text;
      run.emit({ kind: "output", build, stream: name, text, inRaw: true });
    });
  const stdout = stream("stdout");
  const stderr = stream("stderr");
  const feed = (splitter: LineSplitter) => (chunk: Buffer) => {
    run.emit({ kind: "raw-output", build, bytes: chunk });
    splitter.add(chunk);
    return run.ready();
  };
  return {
    onStdout: feed(stdout),
    onStderr: feed(stderr),
    end: () => {
      stdout.end();
      stderr.end();
    },
    lastLine: () => last && shortLine(run, last),
  };
}

/** A line for an error message. Masked before it is cut: half a secret would not be recognised. */
export function shortLine(run: Run, line: string): string {
  return run.redact(line).slice(0, 300);
}
