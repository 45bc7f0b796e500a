import picocolors from "picocolors";
import type { Diagnostic } from "../diagnostic.ts";
import { lineOf } from "../position.ts";
import { toSafeText, wrapText } from "./display-text.ts";
import { describeEnclosingBlocks } from "./enclosing-block.ts";
import { excerptOf, type ExcerptLine } from "./excerpt.ts";

export interface RenderOptions {
  readonly color: boolean;
  /** Columns of the terminal; text is wrapped and long lines of source are cut to it. 80 by default. */
  readonly width?: number | undefined;
}

/**
 * A diagnostic for people, ending with a newline:
 *
 *     Error: Missing comma after this item
 *
 *       on web.pkr.hcl line 36, in build > provisioner "shell":
 *
 *       36 |       "sudo apt install -y nginx"
 *          |                                  ^
 *       37 |       "sudo systemctl enable nginx",
 *
 *       Items of a list are separated by commas …
 */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions): string {
  const width = Math.max(40, options.width ?? 80);
  const colors = picocolors.createColors(options.color === true);
  const isError = diagnostic.severity === "error";
  const highlight = (text: string): string => colors.bold(isError ? colors.red(text) : colors.yellow(text));
  const heading = `${highlight(isError ? "Error:" : "Warning:")} ${colors.bold(toSafeText(diagnostic.summary))}`;
  const sections = [
    [heading],
    placeOf(diagnostic),
    renderExcerpt(excerptOf(diagnostic, width - 12), highlight, colors.dim),
    (diagnostic.values ?? []).map(({ traversal, description }) => `where ${toSafeText(`${traversal} ${description}`)}`),
    diagnostic.detail === "" ? [] : wrapText(diagnostic.detail, width - 2).map(toSafeText),
  ];
  const lines = sections
    .filter((section) => section.length > 0)
    .map((section, index) => section.map((line) => (index === 0 || line === "" ? line : `  ${line}`)).join("\n"));
  return `${lines.join("\n\n")}\n`;
}

function placeOf({ subject }: Diagnostic): string[] {
  if (subject === undefined) return [];
  const blocks = describeEnclosingBlocks(subject.file, subject.start);
  const place = `on ${subject.file.name} line ${lineOf(subject.file, subject.start)}`;
  return [toSafeText(`${place}${blocks === "" ? "" : `, in ${blocks}`}:`)];
}

type Style = (text: string) => string;

function renderExcerpt(lines: readonly ExcerptLine[], highlight: Style, dim: Style): string[] {
  const digits = Math.max(0, ...lines.map(({ line }) => String(line ?? "").length));
  const gutter = (content: string): string => dim(`${content.padStart(digits)} |`);
  return lines.flatMap(({ line, text, marks }) => {
    if (line === undefined) return [dim(`${"…".padStart(digits)}`)];
    const source = text === "" ? gutter(String(line)) : `${gutter(String(line))} ${text}`;
    return marks === "" ? [source] : [source, `${gutter("")} ${highlight(marks)}`];
  });
}
