import { createInterface } from "node:readline";
import type { Diagnostic } from "../../../language/diagnostic.ts";
import type { TemplateNames } from "../../../template/model.ts";
import { answer, type Answer } from "./answer.ts";

export interface ConsoleOutput {
  value(text: string): void;
  diagnostics(diagnostics: readonly Diagnostic[]): void;
}

export interface PipedOptions {
  readonly input: NodeJS.ReadableStream;
  readonly names: TemplateNames;
  readonly output: ConsoleOutput;
  readonly signal: AbortSignal;
}

/**
 * Evaluates every line of a stream and gives every result (Packer's console shows only the last). A line whose brackets
 * are open goes on in the next one. Resolves to whether all went well.
 */
export async function runPiped({ input, names, output, signal }: PipedOptions): Promise<boolean> {
  let pending: readonly string[] = [];
  let unfinished: readonly Diagnostic[] = [];
  let isGood = true;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    pending = [...pending, line];
    // A heredoc ends with the line break after its marker.
    const result = await answer(`${pending.join("\n")}\n`, names, signal);
    if (result.kind === "incomplete") {
      unfinished = result.diagnostics;
      continue;
    }
    pending = [];
    unfinished = [];
    if (result.kind === "exit") return isGood;
    isGood = give(result, output) && isGood;
  }
  output.diagnostics(unfinished);
  return isGood && unfinished.length === 0;
}

/** Shows an answer; returns whether it was free of errors. */
export function give(result: Answer, output: ConsoleOutput): boolean {
  switch (result.kind) {
    case "errors":
    case "incomplete":
      output.diagnostics(result.diagnostics);
      return false;
    case "output":
      output.diagnostics(result.warnings);
      output.value(result.text);
      return true;
    default:
      return true;
  }
}
