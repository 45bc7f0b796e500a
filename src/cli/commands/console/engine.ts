import type { Diagnostic } from "../../../language/diagnostic.ts";

/** The result of one input. */
export type Answer =
  | { readonly kind: "output"; readonly text: string; readonly warnings: readonly Diagnostic[] }
  | { readonly kind: "errors"; readonly diagnostics: readonly Diagnostic[] }
  /** Brackets or a heredoc are still open: the next line belongs to it. */
  | { readonly kind: "incomplete"; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: "nothing" }
  | { readonly kind: "exit" };

/** What an input means: an expression of HCL, or a text of a JSON template. */
export interface ConsoleEngine {
  /** Its answers hold no secrets: values know whether they are sensitive. Texts of JSON templates do not. */
  readonly hidesSecrets: boolean;
  answer(input: string, signal: AbortSignal): Promise<Answer>;
  /** What the end of a line can be completed to, and the part of the line that is completed. */
  complete(line: string): [string[], string];
}

export const output = (text: string, warnings: readonly Diagnostic[] = []): Answer => ({
  kind: "output",
  text,
  warnings,
});
