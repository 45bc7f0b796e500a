import { evaluate } from "../../../language/evaluate/evaluate.ts";
import { hasErrors, type Diagnostic } from "../../../language/diagnostic.ts";
import { formatValue } from "../../../language/format-value.ts";
import { isSensitive } from "../../../language/marks.ts";
import { parseExpression } from "../../../language/parse.ts";
import type { TemplateNames } from "../../../template/model.ts";
import type { Value } from "../../../language/value.ts";
import { complete } from "./complete.ts";
import { describeFunctions } from "./describe-functions.ts";
import { describeVariables } from "./describe-variables.ts";
import { output, type Answer, type ConsoleEngine } from "./engine.ts";

/** Evaluates expressions among the names of a template. */
export const createHclEngine = (names: TemplateNames): ConsoleEngine => ({
  hidesSecrets: true,
  answer: (input, signal) => answer(input, names, signal),
  complete: (line) => complete(line, names.scope),
});

async function answer(input: string, names: TemplateNames, signal: AbortSignal): Promise<Answer> {
  const text = input.trim();
  if (text === "" || /^(#|\/\/)[^\n]*$/.test(text)) return { kind: "nothing" };
  if (text === "exit" || text === "quit") return { kind: "exit" };
  const [word, subject] = text.split(/\s+/) as [string, string | undefined];
  if (word === "help" && text.split(/\s+/).length <= 2) return output(await describeFunctions(subject));
  if (text === "variables") return output(describeVariables(names.scope));
  const { expression, diagnostics } = parseExpression({ name: "<console>", text: input });
  if (diagnostics.some(isUnfinished)) return { kind: "incomplete", diagnostics };
  if (hasErrors(diagnostics)) return { kind: "errors", diagnostics };
  const result = await names.settle(() => evaluate(expression, names.scope), signal);
  const all = [...diagnostics, ...result.diagnostics];
  if (hasErrors(all)) return { kind: "errors", diagnostics: all };
  return output(formatResult(result.value), all);
}

/** A text is shown as it is, so that scripts can use it; everything else as it would be written in a template. */
function formatResult(value: Value): string {
  const isText = typeof value.content === "string" && !isSensitive(value);
  return isText ? value.content : formatValue(value);
}

/** More lines can complete these. A text in quotes, and what is interpolated in it, cannot go on in the next line. */
const isUnfinished = ({ code }: Diagnostic): boolean => /^unclosed-(?!string|interpolation|directive)/.test(code);
