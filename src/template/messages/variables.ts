import type { Diagnostic } from "../../language/diagnostic.ts";
import { lineOf } from "../../language/position.ts";
import type { SourceRange } from "../../language/source.ts";
import { suggesting } from "../../language/suggestion.ts";
import { didYouMean } from "../../lib/did-you-mean.ts";
import { error, warning, type Place } from "../diagnostics.ts";
import type { VariableDeclaration } from "../hcl2/variable-declaration.ts";

/** A value that was given; `from` says where it comes from when the place does not. */
interface Given {
  readonly name: string;
  readonly from: string;
}

export function wrongType({ name, from }: Given, why: string, subject: SourceRange): Diagnostic {
  const by = from && ` by ${from}`;
  return invalidValue(`The value given for var.${name}${by} is not suitable: ${why}.`, subject);
}

export const unreadableSecret = (name: string, from: string): Diagnostic =>
  invalidValue(
    `The value given for var.${name} by ${from} is not a valid expression. It is sensitive, so it is not shown.`,
  );

const invalidValue = (detail: string, place?: Place): Diagnostic =>
  error("invalid-variable-value", place, "Invalid value for input variable", detail);

export const undeclaredVar = (name: string, declared: Iterable<string>): Diagnostic =>
  error(
    "undeclared-variable",
    undefined,
    "Undeclared input variable",
    `-var sets "${name}", and no input variable of that name is declared.${didYouMean(name, declared)}`,
  );

export function undeclaredInFile(name: string, declared: Iterable<string>, subject: SourceRange): Diagnostic {
  const detail = `No input variable "${name}" is declared.`;
  return suggesting(warning("undeclared-variable", subject, "Undeclared input variable", detail), {
    name,
    known: declared,
    otherwise: ` Declare it with: variable "${name}" {}`,
  });
}

export function explainDefault(problem: Diagnostic): Diagnostic {
  if (problem.code !== "no-variables") return problem;
  const found: Diagnostic = { ...problem, code: "default-not-constant", summary: "Default is not constant" };
  const [written = "", name] = problem.subject ? environmentVariable(problem.subject) : [];
  const rule = "A default may be made of constants and functions, but not refer to other values.";
  if (problem.subject === undefined || name === undefined) {
    return { ...found, detail: `${rule} Use a local value for that.` };
  }
  const { file, start } = problem.subject;
  const text = `env("${name}")`;
  const edits = [{ range: { file, start, end: start + written.length }, text }];
  return { ...found, detail: `${rule} For a variable of the environment, write ${text}.`, edits };
}

/** `env.HOME`, and its name. */
function environmentVariable({ file, start }: SourceRange): readonly string[] {
  return /^env\.([A-Za-z_]\w*)(?![\w.[(-])/.exec(file.text.slice(start)) ?? [];
}

export const invalidDefault = (why: string, subject: SourceRange): Diagnostic =>
  error(
    "invalid-default",
    subject,
    "Invalid default value",
    `The default does not fit the type of the variable: ${why}.`,
  );

export const unsuitableSecret = (subject: SourceRange): Diagnostic =>
  error(
    "invalid-default",
    subject,
    "Invalid default value",
    "The default is not suitable. The variable is sensitive, so the default is not shown.",
  );

export const notASentence = (subject: SourceRange): Diagnostic =>
  error(
    "invalid-error-message",
    subject,
    "Invalid validation error message",
    "The message must be a whole sentence: it begins with a capital letter and ends with a full stop, a question mark or an exclamation mark.",
  );

export const onlyItself = (name: string, subject: SourceRange): Diagnostic =>
  error(
    "validation-reference",
    subject,
    "Invalid reference in validation",
    `A condition can refer to its own variable only: var.${name}.`,
  );

export const notACondition = (subject: SourceRange): Diagnostic =>
  error("wrong-condition-type", subject, "Incorrect condition type", "The condition must be true or false.");

export function violated({ range, sensitive }: VariableDeclaration, message: string, rule: SourceRange): Diagnostic {
  const written = `${rule.file.name}:${lineOf(rule.file, rule.start)}`;
  const place = sensitive ? range : { subject: range, context: rule };
  const detail = `${message}\nThe rule is at ${written}.`;
  return invalidValue(detail, place);
}

export const wrongEnding = (path: string): Diagnostic =>
  error(
    "wrong-variable-file",
    undefined,
    "Unknown kind of variable file",
    `${path} ends neither in .hcl nor in .json, so it is not clear how to read it.`,
  );

export const declarationInFile = (subject: SourceRange): Diagnostic =>
  error(
    "variable-block-in-variable-file",
    subject,
    "Variable declared in a variable file",
    "A variable file sets values (name = value). Declare the variable in the template, a file named *.pkr.hcl.",
  );

export const blockInFile = (type: string, subject: SourceRange): Diagnostic =>
  error(
    "unknown-block",
    subject,
    "Unsupported block type",
    `A variable file holds only values (name = value), not "${type}" blocks.`,
  );

/** `unreadFile`: a file that would be read if the template was given as a directory. */
export function unsetVariable({ name, range }: VariableDeclaration, unreadFile: string | undefined): Diagnostic {
  const note = unreadFile === undefined ? "" : notRead(unreadFile);
  const detail = `var.${name} has no value. Give it one with -var, -var-file or the environment variable PKR_VAR_${name}, or give it a default.${note}`;
  return error("unset-variable", range, "Unset variable", detail);
}

const notRead = (path: string): string =>
  `\n${path} is not read: that is done when the template is given as a directory.`;

/** Longer texts are cut: a secret may be in them. */
const MOST_SHOWN = 30;

/** `-var` without `name=`. */
export function malformedVar(text: string): Diagnostic {
  const shown = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
  const detail = `-var takes name=value, and ${JSON.stringify(shown)} has no "=" after a name.`;
  return error("malformed-var", undefined, "Invalid -var option", detail);
}
