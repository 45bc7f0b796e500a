import { lowerCase, titleCase, upperCase, WORD_START } from "../letter-case.ts";
import { graphemes } from "../grapheme.ts";
import { BOOL, boolValue, listOf, STRING, stringValue, textOf, type Value } from "../value.ts";
import {
  integerAt,
  limitSize,
  numberParam,
  stringParam,
  textAt,
  textList,
  textListParam,
  textsAt,
} from "./arguments.ts";
import type { FunctionDeclaration } from "./definition.ts";
import type { Parameter } from "../evaluate/contract.ts";

interface TextFunction {
  readonly name: string;
  readonly parameters?: readonly Parameter[];
  readonly description: string;
  readonly example: readonly [string, string];
  readonly of: (first: string, second: string, third: string) => string;
}

/** A function from texts to a text. */
const text = ({ parameters = [stringParam("string")], of, ...rest }: TextFunction): FunctionDeclaration => ({
  ...rest,
  group: "string",
  parameters,
  returns: STRING,
  call: (args) => stringValue(of(textOr(args[0]), textOr(args[1]), textOr(args[2]))),
});

const textOr = (value: Value | undefined): string => (value ? textOf(value) : "");

interface TextTest extends Omit<TextFunction, "of"> {
  readonly of: (first: string, second: string) => boolean;
}

const test = ({ parameters = [], of, ...rest }: TextTest): FunctionDeclaration => ({
  ...rest,
  group: "string",
  parameters,
  returns: BOOL,
  call: (args) => boolValue(of(textOr(args[0]), textOr(args[1]))),
});

export const stringFunctions: readonly FunctionDeclaration[] = [
  text({
    name: "chomp",
    description: "Removes newline characters at the end of a text.",
    example: ['chomp("hello\\n")', '"hello"'],
    of: (text) => text.replace(/[\r\n]+$/, ""),
  }),
  text({
    name: "lower",
    description: "Converts all letters to lower case.",
    example: ['lower("HELLO")', '"hello"'],
    of: lowerCase,
  }),
  text({
    name: "upper",
    description: "Converts all letters to upper case.",
    example: ['upper("hello")', '"HELLO"'],
    of: upperCase,
  }),
  text({
    name: "title",
    description: "Converts the first letter of each word to upper case.",
    example: ['title("hello world")', '"Hello World"'],
    of: (text) => text.replace(WORD_START, titleCase),
  }),
  text({
    name: "strrev",
    description: "Reverses the characters of a text.",
    example: ['strrev("hello")', '"olleh"'],
    of: (text) => graphemes(text).reverse().join(""),
  }),
  text({
    name: "trim",
    parameters: [stringParam("string"), stringParam("characters")],
    description: "Removes the given characters from the start and end of a text.",
    example: ['trim("?!hello?!", "!?")', '"hello"'],
    of: trim,
  }),
  text({
    name: "trimprefix",
    parameters: [stringParam("string"), stringParam("prefix")],
    description: "Removes a prefix from the start of a text, once, when it is there.",
    example: ['trimprefix("helloworld", "hello")', '"world"'],
    of: (text, prefix) => (text.startsWith(prefix) ? text.slice(prefix.length) : text),
  }),
  text({
    name: "trimsuffix",
    parameters: [stringParam("string"), stringParam("suffix")],
    description: "Removes a suffix from the end of a text, once, when it is there.",
    example: ['trimsuffix("helloworld", "world")', '"hello"'],
    of: (text, suffix) => (text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text),
  }),
  text({
    name: "trimspace",
    description: "Removes white space from the start and end of a text.",
    example: ['trimspace("  hello\\n")', '"hello"'],
    of: (text) => text.replace(/^[\p{White_Space}]+|[\p{White_Space}]+$/gu, ""),
  }),
  text({
    name: "replace",
    parameters: [stringParam("string"), stringParam("substring"), stringParam("replacement")],
    description: "Replaces every occurrence of a substring. For patterns use regex_replace.",
    example: ['replace("1 + 2 + 3", "+", "-")', '"1 - 2 - 3"'],
    of: replaceAll,
  }),
  test({
    name: "startswith",
    parameters: [stringParam("string"), stringParam("prefix")],
    description: "Whether a text starts with the prefix.",
    example: ['startswith("hello world", "hello")', "true"],
    of: (text, prefix) => text.startsWith(prefix),
  }),
  test({
    name: "endswith",
    parameters: [stringParam("string"), stringParam("suffix")],
    description: "Whether a text ends with the suffix.",
    example: ['endswith("hello world", "world")', "true"],
    of: (text, suffix) => text.endsWith(suffix),
  }),
  test({
    name: "strcontains",
    parameters: [stringParam("string"), stringParam("substring")],
    description: "Whether a text contains the substring.",
    example: ['strcontains("hello world", "lo w")', "true"],
    of: (text, part) => text.includes(part),
  }),
  {
    name: "substr",
    group: "string",
    parameters: [stringParam("string"), numberParam("offset"), numberParam("length")],
    returns: STRING,
    description:
      "A part of a text, counted in characters. A negative offset counts from the end, a negative length means all the rest.",
    example: ['substr("hello world", 1, 4)', '"ello"'],
    call: (args) => {
      const rest = graphemes(textAt(args, 0)).slice(integerAt(args, 1));
      const length = integerAt(args, 2);
      const part = length < 0 ? rest : rest.slice(0, length);
      return stringValue(part.join(""));
    },
  },
  {
    name: "split",
    group: "string",
    parameters: [stringParam("separator"), stringParam("string")],
    returns: listOf(STRING),
    description: "Divides a text at every occurrence of the separator.",
    example: ['split(",", "a,b,c")', '["a", "b", "c"]'],
    call: (args) => textList(splitText(textAt(args, 0), textAt(args, 1))),
  },
  {
    name: "join",
    group: "string",
    parameters: [stringParam("separator"), textListParam("lists")],
    variadic: textListParam("lists"),
    returns: STRING,
    description: "Joins the elements of one or more lists to one text, with the separator between them.",
    example: ['join(", ", ["a", "b", "c"])', '"a, b, c"'],
    call: (args) =>
      stringValue(
        args
          .slice(1)
          .flatMap((_, index) => textsAt(args, index + 1))
          .join(textAt(args, 0)),
      ),
  },
  {
    name: "indent",
    group: "string",
    parameters: [numberParam("spaces"), stringParam("string")],
    returns: STRING,
    description: "Adds spaces to the start of every line but the first.",
    example: ['indent(2, "a\\nb")', '"a\\n  b"'],
    call: (args) => {
      const spaces = integerAt(args, 0, 0);
      const lines = textAt(args, 1).split("\n");
      limitSize(spaces * lines.length);
      return stringValue(lines.join(`\n${" ".repeat(spaces)}`));
    },
  },
];

function trim(text: string, characters: string): string {
  const set = new Set(characters);
  const all = [...text];
  let start = 0;
  let end = all.length;
  while (start < end && set.has(all[start]!)) start++;
  while (end > start && set.has(all[end - 1]!)) end--;
  return all.slice(start, end).join("");
}

function replaceAll(text: string, part: string, replacement: string): string {
  // An empty substring occurs between all characters, and before and after them.
  const pieces = part === "" ? ["", ...text, ""] : text.split(part);
  limitSize(text.length + (pieces.length - 1) * replacement.length);
  return pieces.join(replacement);
}

function splitText(separator: string, text: string): readonly string[] {
  return separator === "" ? [...text] : text.split(separator);
}
