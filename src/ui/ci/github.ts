import { positionOf } from "../../language/position.ts";
import type { SourceRange } from "../../language/source.ts";
import type { FailedStep } from "../../sdk/event.ts";
import { createPackerText } from "../packer-text.ts";
import type { Renderer, StampedEvent } from "../renderer.ts";
import type { Sink } from "../sink.ts";
import type { GroupSyntax } from "./groups.ts";
import { appendStepSummary } from "./step-summary.ts";

/** GitHub Actions workflow commands (docs.github.com, "Workflow commands for GitHub Actions"). */
export const githubGroups: GroupSyntax = {
  open: (title) => `::group::${escapeData(title)}`,
  close: () => "::endgroup::",
  guard: guardCommands,
};

/**
 * The runner obeys `::command` at the start of a line and `##[command]` anywhere in it, no matter who printed the line.
 */
export function guardCommands(line: string): string {
  return line.replace(/^(\s*):(?=:)/, "$1:\u200b").replaceAll("##[", "##\u200b[");
}

/** `::error file=…,line=…::…` for what is wrong: at its place in the template where it has one. */
export function createGithubAnnotations(sink: Sink): Renderer {
  return {
    render: ({ event }) => {
      if (event.kind === "diagnostic") {
        const { severity, summary, detail, subject } = event.diagnostic;
        sink.write(annotation(severity, { ...(subject && placeOf(subject)), title: summary }, detail || summary));
      }
      if (event.kind === "error") {
        const lines = [event.text, event.hint].filter((line) => line !== undefined);
        sink.write(
          annotation("error", { ...(event.step && stepPlace(event.step)), title: event.build }, lines.join("\n")),
        );
      }
      if (event.kind === "warning") sink.write(annotation("warning", { title: event.build }, event.text));
    },
    close: () => sink.close(),
  };
}

function stepPlace({ file, line, column, endLine, endColumn }: FailedStep) {
  return { file, line, endLine, col: column, endColumn };
}

function placeOf({ file, start, end }: SourceRange): Readonly<Record<string, string | number>> {
  const from = positionOf(file, start);
  const to = positionOf(file, end);
  return { file: file.name, line: from.line, endLine: to.line, col: from.column, endColumn: to.column };
}

function annotation(
  level: "error" | "warning",
  properties: Readonly<Record<string, string | number | undefined>>,
  text: string,
): string {
  const given = Object.entries(properties).filter((entry) => entry[1] !== undefined);
  const list = given.map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  const command = list.length === 0 ? level : `${level} ${list.join(",")}`;
  return `::${command}::${escapeData(text)}\n`;
}

const escapeData = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const escapeProperty = (text: string): string => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

/** A table of what was built, appended to the file of `GITHUB_STEP_SUMMARY`. */
export function createGithubStepSummary(path: string): Renderer {
  const text = createPackerText();
  let isFinished = false;
  return {
    render: (stamped: StampedEvent) => {
      text.lines(stamped);
      isFinished ||= stamped.event.kind === "run-finished";
    },
    close: async () => {
      if (isFinished) await appendStepSummary(path, text.finished());
    },
  };
}
