import { deepMarks, deepUnmark, withMarks } from "../marks.ts";
import {
  isNull,
  isWhollyKnown,
  itemsOf,
  listOf,
  listValue,
  STRING,
  stringValue,
  unknownValue,
  type Value,
} from "../value.ts";
import { anyParam, limitSize, stringParam, textAt } from "./arguments.ts";
import { FunctionError, type FunctionDeclaration } from "./definition.ts";
import { formatVerb, type Verb } from "./format-verb.ts";

const parameters = [stringParam("format")];

export const formatFunctions: readonly FunctionDeclaration[] = [
  {
    name: "format",
    group: "string",
    parameters,
    variadic: anyParam("values", { allowNull: true }),
    returns: STRING,
    description:
      "Builds a text from a format with verbs: %s text, %d whole number, %f number, %t bool, %q quoted text, %x hexadecimal, %v any value, %#v JSON. Width, precision and position as in %-10s, %.2f, %[1]s.",
    example: ['format("%s has %03d items", "list", 7)', '"list has 007 items"'],
    call: (args) => stringValue(formatText(textAt(args, 0), args.slice(1))),
  },
  {
    name: "formatlist",
    group: "string",
    parameters,
    variadic: anyParam("values", { allowNull: true, depth: "raw" }),
    returns: listOf(STRING),
    description: "As format, once for each element of the lists among its arguments, which must be equally long.",
    example: ['formatlist("%s:%d", ["a", "b"], 80)', '["a:80", "b:80"]'],
    call: (args) => formatList(textAt(args, 0), args.slice(1)),
  },
];

const VERB =
  /%(?:%|(?<flags>[ #+0-]*)(?<width>\d+)?(?:\.(?<precision>\d*))?(?:\[(?<position>\d+)\])?(?<letter>[\s\S]?))/gu;
const WIDEST = 10_000;

export function formatText(format: string, values: readonly Value[]): string {
  let next = 0;
  let used = 0;
  const result = format.replace(VERB, (text: string, ...rest: unknown[]) => {
    if (text === "%%") return "%";
    const groups = rest.at(-1) as Record<string, string | undefined>;
    const index = groups["position"] === undefined ? next : Number(groups["position"]) - 1;
    next = index + 1;
    used = Math.max(used, next);
    const verb = makeVerb(text, groups);
    const value = values[index];
    if (!value)
      throw new FunctionError(
        `"${text}" needs the value number ${index + 1}, and only ${values.length} ${values.length === 1 ? "is" : "are"} given.`,
      );
    return formatVerb(value, verb);
  });
  if (used < values.length)
    throw new FunctionError(`${values.length} values are given, but the format uses only ${used}.`, used + 1);
  return result;
}

function makeVerb(text: string, groups: Record<string, string | undefined>): Verb {
  const number = (name: string) => (groups[name] === undefined ? undefined : Number(groups[name]));
  const verb = {
    letter: groups["letter"]!,
    flags: groups["flags"]!,
    width: number("width"),
    precision: number("precision"),
    text,
  };
  if (verb.letter === "") throw new FunctionError("the format ends within a verb. For a percent sign, write %%.", 0);
  if ((verb.width ?? 0) > WIDEST || (verb.precision ?? 0) > 5_000)
    throw new FunctionError(`the width or precision of "${text}" is too large.`, 0);
  return verb;
}

function formatList(format: string, args: readonly Value[]): Value {
  const isList = ({ type }: Value) => type.kind === "list" || type.kind === "set" || type.kind === "tuple";
  const marks = args.flatMap((arg) => (isList(arg) ? [...arg.marks] : []));
  const lists = args.filter(isList);
  if (args.some((arg) => !Array.isArray(arg.content) && (isList(arg) || arg.type.kind === "dynamic") && !isNull(arg))) {
    return withMarks(unknownValue(listOf(STRING)), new Set(args.flatMap((arg) => [...deepMarks(arg)])));
  }
  const missing = lists.find(isNull);
  if (missing) throw new FunctionError("a list must not be null.", args.indexOf(missing) + 1);
  const lengths = lists.map((list) => itemsOf(list).length);
  const length = lists.length === 0 ? 1 : lengths[0]!;
  const odd = lists.find((list) => itemsOf(list).length !== length);
  if (odd)
    throw new FunctionError(
      `the lists must be equally long, but one has ${length} elements and this one ${itemsOf(odd).length}.`,
      args.indexOf(odd) + 1,
    );
  limitSize(length * format.length);
  const rows = Array.from({ length }, (_, row) => args.map((arg) => (isList(arg) ? itemsOf(arg)[row]! : arg)));
  return withMarks(
    listValue(
      STRING,
      rows.map((row) => formatRow(format, row)),
    ),
    new Set(marks),
  );
}

/** Each text is as secret as the values in it. */
function formatRow(format: string, row: readonly Value[]): Value {
  const marks = new Set(row.flatMap((value) => [...deepMarks(value)]));
  if (!row.every(isWhollyKnown)) return withMarks(unknownValue(STRING), marks);
  return withMarks(stringValue(formatText(format, row.map(deepUnmark))), marks);
}
