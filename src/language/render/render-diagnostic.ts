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
  const { word, colour } = severities[diagnostic.severity];
  const highlight = (text: string): string => colors.bold(colors[colour](text));
  const heading = `${highlight(word)} ${colors.bold(toSafeText(diagnostic.summary))}`;
  const sections = [
    [heading],
    placeOf(diagnostic),
    renderExcerpt(excerptOf(diagnostic, width - 12), highlight, colors.dim),
    (diagnostic.values ?? []).map(({ traversal, description }) => toSafeText(`where ${traversal} ${description}`)),
    wrapText(diagnostic.detail, width - 2).map(toSafeText),
  ];
  const [first, ...others] = sections.filter((lines) => lines.join("") !== "");
  return `${[first!, ...others.map(indent)].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`));
}

const severities = {
  error: { word: "Error:", colour: "red" },
  warning: { word: "Warning:", colour: "yellow" },
} as const satisfies Readonly<Record<Diagnostic["severity"], object>>;

function placeOf({ subject }: Diagnostic): string[] {
  if (subject === undefined) return [];
  const blocks = describeEnclosingBlocks(subject.file, subject.start);
  const place = [`on ${subject.file.name} line ${lineOf(subject.file, subject.start)}`];
  if (blocks !== "") place.push(`in ${blocks}`);
  return [toSafeText(`${place.join(", ")}:`)];
}

type Style = (text: string) => string;

function renderExcerpt(lines: readonly ExcerptLine[], highlight: Style, dim: Style): string[] {
  const digits = Math.max(0, ...lines.map(({ line }) => String(line ?? "").length));
  const gutter = (content: string): string => dim(`${content.padStart(digits)} |`);
  return lines.flatMap(({ line, text, marks }) => {
    if (line === undefined) return [dim(`${"…".padStart(digits)}`)];
    const source = beside(gutter(String(line)), text);
    return marks === "" ? [source] : [source, beside(gutter(""), highlight(marks))];
  });
}

/** An empty line ends with its gutter. */
function beside(gutter: string, text: string): string {
  return text === "" ? gutter : `${gutter} ${text}`;
}
