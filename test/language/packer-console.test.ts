import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { formatValue } from "../../src/language/format-value.ts";
import { evaluateText } from "./evaluate-text.ts";

/** What Packer 1.16 printed for each expression, null for an error. Recorded by tools/refresh-packer-console.ts. */
const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, "../fixture/language/packer-console.json"), "utf8"),
) as Record<string, string | null>;

/** Where we differ on purpose; docs/from-packer.md has them in a line each. Everything else must agree. */
const differences: readonly (readonly [reason: string, expressions: RegExp])[] = [
  [
    "whole numbers have all their digits, and whole powers and logarithms are exact",
    /^(1e30 \+ 1|floor\(1e30|parseint\("1234567890123|jsondecode\(".*(1234567890123|1e400)|yamldecode\("- 0x1F|(jsonencode|convert)\(pow\((2|3|12345678901|9007199254740993|1e200), \d+\)|pow\(2, 200\)|(convert\()?log\((1000|125|1e300|0\.1|0\.001|10|1e15), (10|5|0\.1)\))/,
  ],
  ["decimal fractions are decimal", /\b(1|2|10|100) ?\/ ?[37]\b|range\(0, 1, 0\.3\)/],
  [
    "there is no negative zero",
    /^(convert\((-0|0 \* -1|log\(1, 0\.5\)|jsondecode\("-0"\)), string|jsonencode\(-0\)|jsonencode\(yamldecode\("a: (-0"|0x1F))/,
  ],
  [
    "what has no result is an error, not an infinity",
    /^(-?1 \/ 0|convert\((1 \/|5 % 0|"inf")|5 % 0|1e4999 \* 10|1e5000 \* 10|(convert\()?log\((0, 10|10, [01])\)|pow\((0, -1|10, 100000)\)|jsonencode\(yamldecode\("(a: 1e99999|\.inf: a))/,
  ],
  [
    "wrong numbers are refused, not computed with",
    /^(cidrsubnet\(.*-1, 0\)|format\("%99999s|rfc3339_parse\(.*\+01:60|jsonencode\(yamldecode\("- 2020-01-02T03:04:05Z)/,
  ],
  [
    "a null in a format is said, not unknown",
    /^(format\("%.*", null|jsonencode\(formatlist\("%s", null|jsonencode\(yamldecode\("(null|~|---\\n)"\))/,
  ],
  ["null is no bool", /^(true && null|null (&&|\|\|) true)/],
  ["the default of lookup may be null or left out", /^lookup\(\{ ?a = 1 ?\}, ("a"|"b", null)\)/],
  ["optional attributes are known to convert", /^jsonencode\(convert\(\{\}, object\(\{a = optional/],
  ["Packer's own function fails", /^jsonencode\(merge\(convert\(null, object/],
  [
    "hosts and parts of IPv4 within IPv6 are written as IPv4, like its subnets",
    /^(cidrhost|jsonencode\(cidrsubnets)\("::ffff:/,
  ],
  ["two compressors give different bytes", /^base64gzip/],
  ["JavaScript's dates end 273,790 years from 1970", /^unix_timestamp_parse\((-99999|8640000000001|9223372|1e15)/],
  [
    "more names of encodings, and other ones",
    /^textencodebase64\("[aあ]", "(utf8|ascii|UTF-32|UTF-7|ISO-2022-JP|ucs2|UCS-2|windows-31j)"/,
  ],
  [
    "YAML 1.2 documents, escapes and directives are read",
    /^(jsonencode\(yamldecode\("(%|\.\.\.|a: (\[1:|\\"))|yamlencode\(\{a = "x\\u2028)/,
  ],
];

const explained = (expression: string) => differences.some(([, pattern]) => pattern.test(expression));

async function outcomeOf(expression: string): Promise<string | null> {
  const { value, diagnostics } = await evaluateText(expression);
  if (diagnostics.length > 0) return null;
  if (typeof value.content === "string") return value.content;
  return formatValue(value).replaceAll(/toset\((\[[\s\S]*?\])\)/g, "$1");
}

it.each(differences)("differs because %s", async (_, pattern) => {
  const expressions = Object.keys(recorded).filter((expression) => pattern.test(expression));
  const outcomes = await Promise.all(expressions.map(outcomeOf));
  const isDifferent = outcomes.map((outcome, index) => outcome !== recorded[expressions[index]!]);
  expect(expressions.length).toBeGreaterThan(0);
  expect(isDifferent).toContain(true);
});

it.each(Object.entries(recorded).filter(([expression]) => !explained(expression)))(
  "%s gives what packer console gives",
  async (expression, expected) => {
    expect(await outcomeOf(expression)).toBe(expected);
  },
);
