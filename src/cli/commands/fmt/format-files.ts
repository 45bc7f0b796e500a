import type { Diagnostic } from "../../../language/diagnostic.ts";
import type { Host } from "../../../sdk/host.ts";
import { errorText } from "../../../lib/error-text.ts";
import type { Collected } from "./collect-files.ts";
import { formatSource, type Formatted } from "./format-source.ts";

export interface FormatOptions {
  readonly host: Host;
  /** Write changes: to the files, and the text of standard input to standard output. */
  readonly write: boolean;
  readonly showDiff: boolean;
  /** A file that is not in canonical style is a mistake, for a CI system to show. */
  readonly isCheck: boolean;
}

export interface FormatResult {
  readonly changed: number;
  readonly hasErrors: boolean;
}

/**
 * Formats file after file. The name of each changed file goes to standard output, followed by its diff if asked for;
 * problems go to standard error and do not keep the other files from being formatted.
 */
export async function formatFiles(files: readonly Collected[], options: FormatOptions): Promise<FormatResult> {
  const problems: Diagnostic[] = [];
  const unformatted: string[] = [];
  let changed = 0;
  for (const file of files) {
    const { isChanged, found } = await formatOne(file, options);
    if (isChanged) changed++;
    if (isChanged && options.isCheck && file.kind === "file") unformatted.push(file.name);
    problems.push(...found);
  }
  if (problems.length > 0) await printProblems(problems, options.host);
  if (options.host.env["GITHUB_ACTIONS"] === "true") {
    const { annotate } = await import("./annotate.ts");
    annotate(options.host, { problems, unformatted });
  }
  return { changed, hasErrors: problems.length > 0 };
}

interface FileResult {
  readonly isChanged: boolean;
  /** What prevents formatting it. */
  readonly found: readonly Diagnostic[];
}

async function formatOne(file: Collected, options: FormatOptions): Promise<FileResult> {
  const { stdout, stdin } = options.host;
  if (file.kind === "problem") return { isChanged: false, found: [file.diagnostic] };
  const formatted = await formatSource(file, stdin);
  if ("problems" in formatted) return { isChanged: false, found: formatted.problems };
  const { isChanged, after } = formatted;
  if (file.kind === "stdin" && options.write) stdout.write(after);
  if (!isChanged) return { isChanged, found: [] };
  if (file.kind === "file") {
    stdout.write(`${file.name}\n`);
    const problem = options.write ? await writeBack(file, after) : undefined;
    if (problem) return { isChanged: false, found: [problem] };
  }
  if (options.showDiff) await printDiff(file.name, formatted, stdout);
  return { isChanged, found: [] };
}

async function writeBack(
  file: { readonly name: string; readonly path: string },
  text: string,
): Promise<Diagnostic | undefined> {
  const { writeUserFile } = await import("../../../lib/user-file.ts");
  try {
    await writeUserFile(file.path, text);
    return undefined;
  } catch (error) {
    const detail = `${file.name} is left as it was: ${errorText(error)}`;
    return { severity: "error", code: "unwritable-file", summary: "File cannot be written", detail };
  }
}

async function printDiff(name: string, { before, after }: Formatted, stdout: NodeJS.WritableStream): Promise<void> {
  const { unifiedDiff } = await import("../../../lib/unified-diff.ts");
  stdout.write(unifiedDiff(`old/${name}`, `new/${name}`, before, after));
}

async function printProblems(problems: readonly Diagnostic[], host: Host): Promise<void> {
  const { printDiagnostics } = await import("../../print-diagnostics.ts");
  const { createRedactor } = await import("../../../ui/redact.ts");
  printDiagnostics(host, problems, createRedactor());
}
