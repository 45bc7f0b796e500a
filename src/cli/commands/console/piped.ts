import { createInterface } from "node:readline";
import type { Diagnostic } from "../../../language/diagnostic.ts";
import type { TemplateNames } from "../../../template/model.ts";
import { answer, type Answer } from "./answer.ts";

export interface ConsoleOutput {
  value(text: string): void;
  diagnostics(diagnostics: readonly Diagnostic[]): void;
}

/**
 * Evaluates every line of a stream and gives every result (Packer's console shows only the last). A line whose brackets
 * are open goes on in the next one. Resolves to whether all went well.
 */
export async function runPiped(
  input: NodeJS.ReadableStream,
  names: TemplateNames,
  output: ConsoleOutput,
  signal: AbortSignal,
): Promise<boolean> {
  let pending = "";
  let unfinished: readonly Diagnostic[] = [];
  let isGood = true;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    pending += pending === "" ? line : `\n${line}`;
    // A heredoc ends with the line break after its marker.
    const result = await answer(`${pending}\n`, names, signal);
    unfinished = result.kind === "incomplete" ? result.diagnostics : [];
    if (result.kind === "incomplete") continue;
    pending = "";
    if (result.kind === "exit") return isGood;
    isGood = give(result, output) && isGood;
  }
  output.diagnostics(unfinished);
  return isGood && unfinished.length === 0;
}

/** Shows an answer; whether it was a good one. */
export function give(result: Answer, output: ConsoleOutput): boolean {
  if (result.kind === "errors" || result.kind === "incomplete") output.diagnostics(result.diagnostics);
  if (result.kind !== "output") return result.kind !== "errors" && result.kind !== "incomplete";
  output.diagnostics(result.warnings);
  output.value(result.text);
  return true;
}
