import { renderDiagnostic } from "../language/render/render-diagnostic.ts";
import { createPackerText, type BuildFinished, type TextLine } from "./packer-text.ts";
import type { Renderer, StampedEvent } from "./renderer.ts";
import { sanitize } from "./sanitize.ts";
import type { Sink } from "./sink.ts";

/** One line: `seconds,target,type,data…`, with commas and line ends replaced as Packer replaces them. */
export function machineLine(time: number, target: string, type: string, ...data: readonly (string | number)[]): string {
  return [String(Math.floor(time / 1000)), target, type, ...data].map((field) => escapeField(String(field))).join(",");
}

const escapeField = (field: string): string =>
  field.replaceAll(",", "%!(PACKER_COMMA)").replaceAll("\r", "\\r").replaceAll("\n", "\\n");

/** `-machine-readable`, for scripts written for Packer. New ones are better off with `--json`. */
export function createMachineReadableRenderer(sink: Sink): Renderer {
  const text = createPackerText();
  return {
    render: (stamped) => {
      for (const line of linesOf(stamped, text.lines(stamped), text.finished())) sink.write(`${line}\n`);
    },
    ready: () => sink.ready(),
    close: () => sink.close(),
  };
}

function linesOf(
  { event, time }: StampedEvent,
  lines: readonly TextLine[],
  finished: readonly BuildFinished[],
): string[] {
  const ui = (level: "say" | "error", content: string): string => machineLine(time, "", "ui", level, content);
  if (event.kind === "diagnostic") {
    const rendered = renderDiagnostic(event.diagnostic, { color: false }).trimEnd();
    return [ui(event.diagnostic.severity === "error" ? "error" : "say", rendered)];
  }
  // An empty line belongs to the one after it, as in `\n==> Wait completed`.
  let before = "";
  const shown = lines.flatMap((line) => {
    if (line.level === "header") return [];
    if (line.text === "") {
      before = "\n";
      return [];
    }
    const content = ui(line.level === "error" ? "error" : "say", before + sanitize(line.text));
    before = "";
    return [content];
  });
  return event.kind === "run-finished" ? [...shown, ...resultLines(time, finished)] : shown;
}

function resultLines(time: number, builds: readonly BuildFinished[]): string[] {
  const failed = builds.filter((build) => build.outcome !== "succeeded");
  const errors = failed.map(({ build, error, outcome }) => machineLine(time, build, "error", error ?? outcome));
  const count = failed.length === 0 ? [] : [machineLine(time, "", "error-count", failed.length)];
  return [...count, ...errors, ...builds.flatMap((build) => artifactLines(time, build))];
}

function artifactLines(time: number, { build, artifacts, outcome }: BuildFinished): string[] {
  if (outcome !== "succeeded" && artifacts.length === 0) return [];
  const lines = artifacts.flatMap((artifact, index) => {
    const line = (...data: (string | number)[]): string => machineLine(time, build, "artifact", index, ...data);
    return [
      line("builder-id", artifact.builderId),
      line("id", artifact.id),
      line("string", artifact.description),
      line("files-count", artifact.files.length),
      ...artifact.files.map(({ path }, file) => line("file", file, path)),
      line("end"),
    ];
  });
  const none =
    artifacts.length === 0
      ? [machineLine(time, build, "artifact", 0, "nil"), machineLine(time, build, "artifact", 0, "end")]
      : [];
  return [machineLine(time, build, "artifact-count", Math.max(1, artifacts.length)), ...lines, ...none];
}
