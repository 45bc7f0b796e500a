import { renderDiagnostic } from "../language/render/render-diagnostic.ts";
import {
  createPackerText,
  runResults,
  type BuildFinished,
  type PackerText,
  type ResultLine,
  type TextLine,
} from "./packer-text.ts";
import type { Renderer, StampedEvent } from "./renderer.ts";
import { sanitize, sanitizeLine } from "./sanitize.ts";
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
    reader: "program",
    render: (stamped) => {
      for (const line of linesOf(stamped, text, text.lines(stamped))) sink.write(`${line}\n`);
    },
    ready: () => sink.ready(),
    close: () => sink.close(),
  };
}

function linesOf({ event, time }: StampedEvent, text: PackerText, lines: readonly TextLine[]): string[] {
  const ui = (level: "say" | "error", content: string): string => machineLine(time, "", "ui", level, content);
  if (event.kind === "diagnostic") {
    const rendered = renderDiagnostic(event.diagnostic, { color: false }).trimEnd();
    return [ui(uiLevel(event.diagnostic.severity), rendered)];
  }
  if (event.kind === "run-finished") {
    return runResults(event.durationMs, text.finished()).flatMap((line) => [
      ...dataLines(time, line, text.finished()),
      ui(line.level, sanitize(line.text)),
    ]);
  }
  const shown = lines.filter(({ level }) => level !== "header");
  return shown.map(({ level, prefix, text: content }) =>
    ui(uiLevel(level), sanitizeLine(prefix) + sanitizeLine(content)),
  );
}

/** Packer's lines know two levels. */
const uiLevel = (level: string): "error" | "say" => (level === "error" ? "error" : "say");

/** What Packer prints for programs just before it says the same to people. */
function dataLines(time: number, line: ResultLine, builds: readonly BuildFinished[]): string[] {
  const target = line.build?.build ?? "";
  if (line.part === "errors") {
    return [machineLine(time, "", "error-count", builds.filter(({ outcome }) => outcome !== "succeeded").length)];
  }
  if (line.part === "error") return [machineLine(time, target, "error", line.build!.error ?? line.build!.outcome)];
  if (line.part !== "artifact") return [];
  const lines = artifactLines(time, line);
  const isFirst = (line.artifact ?? 0) === 0;
  if (!isFirst) return lines;
  const count = Math.max(1, line.build!.artifacts.length);
  return [machineLine(time, target, "artifact-count", count), ...lines];
}

function artifactLines(time: number, { build, artifact: index }: ResultLine): string[] {
  const line = (...data: (string | number)[]): string =>
    machineLine(time, build!.build, "artifact", index ?? 0, ...data);
  const artifact = build!.artifacts[index ?? -1];
  if (artifact === undefined) return [line("nil"), line("end")];
  return [
    line("builder-id", artifact.builderId),
    line("id", artifact.id),
    line("string", artifact.description),
    line("files-count", artifact.files.length),
    ...artifact.files.map(({ path }, file) => line("file", file, path)),
    line("end"),
  ];
}
