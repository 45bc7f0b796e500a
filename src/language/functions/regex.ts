import { RE2JS, RE2JSException, type Matcher } from "re2js";
import {
  listOf,
  listValue,
  nullValue,
  objectOf,
  objectValue,
  STRING,
  stringValue,
  tupleOf,
  tupleValue,
} from "../value.ts";
import { DYNAMIC, isKnown, textOf, type Type, type Value } from "../value.ts";
import { limitSize, stringParam, textAt } from "./arguments.ts";
import { FunctionError, type FunctionDeclaration } from "./definition.ts";

/** Regular expressions are RE2's: linear time whatever the pattern. Syntax: https://github.com/google/re2/wiki/Syntax */
export const regexFunctions: readonly FunctionDeclaration[] = [
  {
    name: "regex",
    group: "string",
    parameters: [stringParam("pattern"), stringParam("string")],
    returns: ([pattern]) => matchType(pattern),
    description:
      "The first match of a regular expression (RE2 syntax): the matched text, or a list of its groups, or an object of its named groups. No match is an error.",
    example: ['regex("[a-z]+", "53453453.345345aaabbbccc23454")', '"aaabbbccc"'],
    call: (args) => {
      const matcher = compile(textAt(args, 0)).matcher(textAt(args, 1));
      if (!matcher.find())
        throw new FunctionError(
          "the pattern does not match anywhere in the text. To allow that, use try(…), can(…) or regexall(…).",
        );
      return matchValue(matcher);
    },
  },
  {
    name: "regexall",
    group: "string",
    parameters: [stringParam("pattern"), stringParam("string")],
    returns: ([pattern]) => listOf(matchType(pattern)),
    description: "All matches of a regular expression, each as regex gives it. No match gives an empty list.",
    example: ['regexall("[a-z]+", "1234abcd5678efgh9")', '["abcd", "efgh"]'],
    call: (args) => {
      const matcher = compile(textAt(args, 0)).matcher(textAt(args, 1));
      const matches: Value[] = [];
      for (const match of eachMatch(matcher)) matches.push(matchValue(match));
      return listValue(matchType(args[0]), matches);
    },
  },
  {
    name: "regex_replace",
    group: "string",
    parameters: [stringParam("string"), stringParam("pattern"), stringParam("replacement")],
    returns: STRING,
    description:
      "Replaces every match of a regular expression. $1 or ${name} in the replacement stand for groups, $$ for a dollar sign.",
    example: ['regex_replace("hello world", "o(.)", "0$1")', '"hell0 w0rld"'],
    call: (args) => stringValue(replaceMatches(textAt(args, 0), compile(textAt(args, 1), 1), textAt(args, 2))),
  },
];

function compile(pattern: string, argument = 0): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new FunctionError(`the regular expression is not valid: ${error.message}.`, argument);
  }
}

/** Group names by number; unnamed groups are undefined. */
function groupNames(pattern: RE2JS): readonly (string | undefined)[] {
  const names: (string | undefined)[] = Array.from({ length: pattern.groupCount() });
  for (const [name, index] of Object.entries(pattern.namedGroups())) names[index - 1] = name;
  return names;
}

function matchType(pattern: Value | undefined): Type {
  if (!pattern || !isKnown(pattern)) return DYNAMIC;
  const names = groupNames(compile(textOf(pattern)));
  if (names.length === 0) return STRING;
  const named = names.filter((name) => name !== undefined);
  if (named.length === 0) return tupleOf(names.map(() => STRING));
  if (named.length < names.length)
    throw new FunctionError(
      "a pattern has either named groups or unnamed groups, not both. Write (?:…) for a group that is not captured.",
      0,
    );
  return objectOf(Object.fromEntries(named.map((name) => [name, STRING])));
}

function matchValue(matcher: Matcher): Value {
  const type = matchType(stringValue(matcher.pattern().pattern()));
  if (type.kind === "string") return stringValue(matcher.group() ?? "");
  const group = (key: string | number): Value => {
    const text = matcher.group(key);
    return text === null ? nullValue(STRING) : stringValue(text);
  };
  if (type.kind === "object")
    return objectValue([...type.attributes.keys()].map((name) => [name, group(name)] as const));
  return tupleValue(Array.from({ length: matcher.groupCount() }, (_, index) => group(index + 1)));
}

/** One match after the other, each while the matcher stands at it. As in Go, an empty one right behind another is none. */
function* eachMatch(matcher: Matcher): Generator<Matcher> {
  let end = -1;
  while (matcher.find()) {
    if (matcher.end() > matcher.start() || matcher.start() !== end) yield matcher;
    end = matcher.end();
  }
}

function replaceMatches(text: string, pattern: RE2JS, replacement: string): string {
  const pieces: string[] = [];
  let end = 0;
  let size = 0;
  for (const match of eachMatch(pattern.matcher(text))) {
    const piece = text.slice(end, match.start()) + expand(replacement, match);
    limitSize((size += piece.length));
    pieces.push(piece);
    end = match.end();
  }
  return pieces.join("") + text.slice(end);
}

/** `$1`, `$name` (as many word characters as there are), `${1}`, `${name}` and `$$`, as Go's Regexp.Expand defines them. */
function expand(replacement: string, matcher: Matcher): string {
  const named = matcher.pattern().namedGroups();
  return replacement.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (match: string, braced?: string, bare?: string) => {
    if (match === "$$") return "$";
    const name = (braced ?? bare)!;
    const group = /^\d+$/.test(name) ? Number(name) : name;
    const exists = typeof group === "number" ? group <= matcher.groupCount() : Object.hasOwn(named, group);
    return (exists && matcher.group(group)) || "";
  });
}
