import { positionOf } from "../../language/position.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import type { FailedStep } from "../../sdk/event.ts";
import type { Renderer } from "../renderer.ts";
import type { Sink } from "../sink.ts";
import type { NameInCheckout } from "./name-in-checkout.ts";

/** `::error file=…,line=…::…` for what is wrong: at its place in the template where it has one. */
export function createGithubAnnotations(sink: Sink, nameOf: NameInCheckout): Renderer {
  return {
    render: ({ event }) => {
      if (event.kind === "diagnostic") sink.write(diagnosticAnnotation(event.diagnostic, nameOf));
      if (event.kind === "error") {
        const lines = [event.text, event.hint].filter((line) => line !== undefined);
        const place = event.step && stepPlace(event.step, nameOf);
        sink.write(annotation("error", { ...place, title: event.build }, lines.join("\n")));
      }
      if (event.kind === "warning") sink.write(annotation("warning", { title: event.build }, event.text));
    },
    close: () => sink.close(),
  };
}

/** One line, with its end. */
export function diagnosticAnnotation(diagnostic: Diagnostic, nameOf: NameInCheckout): string {
  const { severity, summary, detail, subject } = diagnostic;
  return annotation(severity, { ...(subject && placeOf(subject, nameOf)), title: summary }, detail || summary);
}

/** One line, with its end: a command that a text cannot break out of (GitHub, "Workflow commands for GitHub Actions"). */
export function annotation(
  level: "error" | "warning",
  properties: Readonly<Record<string, string | number | undefined>>,
  text: string,
): string {
  const given = Object.entries(properties).filter((entry) => entry[1] !== undefined);
  const list = given.map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  const command = list.length === 0 ? level : `${level} ${list.join(",")}`;
  return `::${command}::${escapeData(text)}\n`;
}

function stepPlace({ file, line, column, endLine, endColumn }: FailedStep, nameOf: NameInCheckout) {
  return { file: file === undefined ? undefined : nameOf(file), line, endLine, col: column, endColumn };
}

function placeOf({ file, start, end }: SourceRange, nameOf: NameInCheckout) {
  const from = positionOf(file, start);
  const to = positionOf(file, end);
  return { file: nameOf(file.name), line: from.line, endLine: to.line, col: from.column, endColumn: to.column };
}

export const escapeData = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const escapeProperty = (text: string): string => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
