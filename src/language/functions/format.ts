import { deepMarks, deepUnmark, withMarks } from "../marks.ts";
import { isSequence } from "../type.ts";
import {
  isKnown,
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
    const position = Number(groups["position"] ?? next + 1);
    next = position;
    used = Math.max(used, next);
    const verb = makeVerb(text, groups);
    const value = values[position - 1];
    if (value) return formatVerb(value, verb);
    const are = values.length === 1 ? "is" : "are";
    throw new FunctionError(`"${text}" needs the value number ${position}, and only ${values.length} ${are} given.`);
  });
  if (used < values.length)
    throw new FunctionError(`${values.length} values are given, but the format uses only ${used}.`, used + 1);
  return result;
}

function makeVerb(text: string, groups: Record<string, string | undefined>): Verb {
  const { letter, flags, width, precision } = groups;
  const verb = { letter: letter!, flags: flags!, width: numberOf(width), precision: numberOf(precision), text };
  if (verb.letter === "") throw new FunctionError("the format ends within a verb. For a percent sign, write %%.", 0);
  if ((verb.width ?? 0) > WIDEST || (verb.precision ?? 0) > 5_000)
    throw new FunctionError(`the width or precision of "${text}" is too large.`, 0);
  return verb;
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

const isList = ({ type }: Value): boolean => isSequence(type);

function formatList(format: string, args: readonly Value[]): Value {
  if (args.some(mayBeUnknownList)) {
    return withMarks(unknownValue(listOf(STRING)), new Set(args.flatMap((arg) => [...deepMarks(arg)])));
  }
  const lists = args.filter(isList);
  const length = commonLength(lists, args);
  limitSize(length * format.length);
  const rows = Array.from({ length }, (_, row) => args.map((arg) => (isList(arg) ? itemsOf(arg)[row]! : arg)));
  const texts = rows.map((row) => formatRow(format, row));
  return withMarks(listValue(STRING, texts), new Set(lists.flatMap((list) => [...list.marks])));
}

function mayBeUnknownList(value: Value): boolean {
  return !isKnown(value) && (isList(value) || value.type.kind === "dynamic");
}

/** Of all the lists; 1 where there are none. */
function commonLength(lists: readonly Value[], args: readonly Value[]): number {
  const missing = lists.find(isNull);
  if (missing) throw new FunctionError("a list must not be null.", args.indexOf(missing) + 1);
  const [length = 1] = lists.map((list) => itemsOf(list).length);
  const odd = lists.find((list) => itemsOf(list).length !== length);
  if (!odd) return length;
  throw new FunctionError(
    `the lists must be equally long, but one has ${length} elements and this one ${itemsOf(odd).length}.`,
    args.indexOf(odd) + 1,
  );
}

/** Each text is as secret as the values in it. */
function formatRow(format: string, row: readonly Value[]): Value {
  const marks = new Set(row.flatMap((value) => [...deepMarks(value)]));
  if (!row.every(isWhollyKnown)) return withMarks(unknownValue(STRING), marks);
  return withMarks(stringValue(formatText(format, row.map(deepUnmark))), marks);
}
