import type { Diagnostic } from "../../../language/diagnostic.ts";
import type { Host } from "../../../sdk/host.ts";
import type { Collected } from "./collect-files.ts";
import { formatSource, readSource, type Formatted } from "./format-source.ts";

export interface FormatOptions {
  readonly host: Host;
  /** Write changes: to the files, and the text of standard input to standard output. */
  readonly write: boolean;
  readonly showDiff: boolean;
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
  let changed = 0;
  for (const file of files) {
    const result = file.kind === "problem" ? [file.diagnostic] : await formatOne(file, options);
    if (typeof result === "boolean") changed += Number(result);
    else problems.push(...result);
  }
  if (problems.length > 0) await printProblems(problems, options.host);
  return { changed, hasErrors: problems.length > 0 };
}

/** Whether the text changed, or what prevents formatting it. */
async function formatOne(
  file: Exclude<Collected, { kind: "problem" }>,
  options: FormatOptions,
): Promise<boolean | readonly Diagnostic[]> {
  const { stdout, stdin } = options.host;
  const read = await readSource(file, stdin);
  const formatted = "bytes" in read ? formatSource(file.name, read.bytes) : read;
  if ("problems" in formatted) return formatted.problems;
  if (file.kind === "stdin") {
    if (options.write) stdout.write(formatted.after);
  } else if (formatted.isChanged) {
    stdout.write(`${file.name}\n`);
    const problem = options.write ? await writeBack(file, formatted.after) : undefined;
    if (problem !== undefined) return [problem];
  }
  if (formatted.isChanged && options.showDiff) await printDiff(file.name, formatted, stdout);
  return formatted.isChanged;
}

async function writeBack(
  file: { readonly name: string; readonly path: string },
  text: string,
): Promise<Diagnostic | undefined> {
  const { replaceFile } = await import("./replace-file.ts");
  try {
    await replaceFile(file.path, text);
    return undefined;
  } catch (error) {
    const detail = `${file.name} is left as it was: ${(error as Error).message}`;
    return { severity: "error", code: "unwritable-file", summary: "File cannot be written", detail };
  }
}

async function printDiff(name: string, { before, after }: Formatted, stdout: NodeJS.WritableStream): Promise<void> {
  const { unifiedDiff } = await import("../../../lib/unified-diff.ts");
  stdout.write(unifiedDiff(`old/${name}`, `new/${name}`, before, after));
}

async function printProblems(problems: readonly Diagnostic[], host: Host): Promise<void> {
  const { printDiagnostics } = await import("../../print-diagnostics.ts");
  printDiagnostics(host, problems);
}
