import { createInterface } from "node:readline";
import type { Diagnostic } from "../../../language/diagnostic.ts";
import type { Answer, ConsoleEngine } from "./engine.ts";

export interface ConsoleOutput {
  value(text: string): void;
  diagnostics(diagnostics: readonly Diagnostic[]): void;
}

export interface PipedOptions {
  readonly input: NodeJS.ReadableStream;
  readonly engine: ConsoleEngine;
  readonly output: ConsoleOutput;
  readonly signal: AbortSignal;
}

/**
 * Evaluates every line of a stream and gives every result (Packer's console shows only the last). A line whose brackets
 * are open goes on in the next one. Resolves to whether all went well.
 */
export async function runPiped({ input, engine, output, signal }: PipedOptions): Promise<boolean> {
  let pending: readonly string[] = [];
  let unfinished: readonly Diagnostic[] = [];
  let isGood = true;
  let isFirst = true;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    pending = [...pending, isFirst ? line.replace(/^\uFEFF/, "") : line];
    isFirst = false;
    // A heredoc ends with the line break after its marker.
    const result = await engine.answer(`${pending.join("\n")}\n`, signal);
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
