import { relative } from "node:path";
import { didYouMean } from "../../lib/did-you-mean.ts";
import { hasErrors, type Diagnostic } from "../diagnostic.ts";
import { withArticle } from "../convert-primitive.ts";
import { convert } from "../convert.ts";
import { describeConversionError } from "../conversion.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import type { Functions } from "../evaluate/contract.ts";
import { withMarks } from "../marks.ts";
import { parseTemplate } from "../parse.ts";
import type { SourceFile } from "../source.ts";
import { DYNAMIC, entriesOf, isKnown, isNull, STRING, unknownValue, type Value } from "../value.ts";
import { anyParam, stringParam, textAt } from "./arguments.ts";
import { FunctionError, type FunctionContext, type FunctionDeclaration } from "./definition.ts";
import { readText } from "./file.ts";
import { templatePath } from "./paths.ts";

const variables = anyParam("variables", { depth: "raw" });

export const templateFunctions: readonly FunctionDeclaration[] = [
  {
    name: "templatefile",
    group: "file",
    parameters: [stringParam("path"), variables],
    returns: DYNAMIC,
    description:
      "The content of a file in template syntax (${ } and %{ }), rendered with the given variables and no others. A file that is one ${ } and nothing else gives its value. Relative paths start at the template.",
    example: ['templatefile("/dev/null", {})', '""'],
    call: (args, context) => {
      const path = textAt(args, 0);
      const text = readText(path, context).replace(/^\ufeff/, "");
      const fromCwd = relative(context.cwd, templatePath(path, context));
      const name = fromCwd.startsWith("..") ? templatePath(path, context) : fromCwd;
      return render({ name, text }, args[1]!, context);
    },
  },
  {
    name: "templatestring",
    group: "file",
    parameters: [stringParam("template"), variables],
    returns: STRING,
    description: "A text in template syntax, rendered with the given variables and no others.",
    example: ['templatestring("Hello, $${name}", { name = "Ada" })', '"Hello, Ada"'],
    call: (args, context) => asText(render({ name: "<template>", text: textAt(args, 0) }, args[1]!, context)),
  },
];

/** The value of a template with the variables, and nothing else, in scope. */
function render(file: SourceFile, variables: Value, context: FunctionContext): Value {
  const { kind } = variables.type;
  if (!isKnown(variables)) return withMarks(unknownValue(STRING), variables.marks);
  if (isNull(variables) || (kind !== "map" && kind !== "object")) {
    throw new FunctionError(`a map or object is required, not ${withArticle(variables.type)}.`, 1);
  }
  checkNames(entriesOf(variables).keys());
  const parsed = parseTemplate(file);
  fail(parsed.diagnostics);
  const entries = [...entriesOf(variables)].map(([name, value]) => [name, withMarks(value, variables.marks)] as const);
  const names = new Map(entries);
  const { value, diagnostics } = evaluate(parsed.expression, {
    variables: names,
    functions: withoutTemplates(context.functions),
  });
  fail(diagnostics.map((diagnostic) => explain(diagnostic, names.keys())));
  return value;
}

/** Only a template that is one `${ }` and nothing else can give anything but a text. */
function asText(value: Value): Value {
  const { value: text, error } = convert(value, STRING);
  if (text && !isNull(text)) return text;
  const why = error ? describeConversionError(error) : "it is null";
  throw new FunctionError(`the template gives no text: ${why}.`, 0);
}

function checkNames(names: Iterable<string>): void {
  const wrong = [...names].find((name) => !/^\p{ID_Start}[\p{ID_Continue}-]*$/u.test(name));
  if (wrong === undefined) return;
  const word = JSON.stringify(wrong);
  throw new FunctionError(
    `${word} is no name of a variable: it begins with a letter, and has letters, digits and _.`,
    1,
  );
}

function fail(diagnostics: readonly Diagnostic[]): void {
  if (hasErrors(diagnostics)) throw new FunctionError("the template has errors.", 0, diagnostics.map(noteComment));
}

function explain(diagnostic: Diagnostic, names: Iterable<string>): Diagnostic {
  const { code, subject } = diagnostic;
  if (!subject || (code !== "unknown-variable" && code !== "no-variables")) return diagnostic;
  const name = subject.file.text.slice(subject.start, subject.end);
  const detail = `The template uses "${name}", but no variable of that name is passed to it.${didYouMean(name, names)} To write ${"${"}${name}} itself, escape it: $${"${"}${name}}.`;
  return { ...diagnostic, detail };
}

/** People comment lines out in template files and wonder why they are still evaluated. */
function noteComment(diagnostic: Diagnostic): Diagnostic {
  const { subject } = diagnostic;
  if (!subject) return diagnostic;
  const line = subject.file.text.slice(subject.file.text.lastIndexOf("\n", subject.start - 1) + 1, subject.start);
  if (!/^\s*(#|\/\/|;|--)/.test(line)) return diagnostic;
  const note =
    " This is on a line that looks like a comment, but template syntax counts there too: write $${ or %%{ to keep it as text.";
  return { ...diagnostic, detail: diagnostic.detail + note };
}

/** Templates that render templates could recurse without end. */
function withoutTemplates(functions: Functions): Functions {
  const isExcluded = (name: string) => name === "templatefile" || name === "templatestring";
  return {
    get: (name) => (isExcluded(name) ? undefined : functions.get(name)),
    keys: () => [...functions.keys()].filter((name) => !isExcluded(name)),
  };
}
