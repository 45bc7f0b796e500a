import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { formatValue } from "../../src/language/format-value.ts";
import { evaluateText } from "./evaluate-text.ts";

/** What Packer 1.6.6 printed for each expression, null for an error. Recorded by tools/refresh-packer-console.ts. */
const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, "../fixture/language/packer-console.json"), "utf8"),
) as Record<string, string | null>;

/** Where we differ on purpose, or from a later Packer's behaviour; everything else must agree. */
const differences: readonly (readonly [reason: string, expressions: RegExp])[] = [
  [
    "numbers are written with all their digits",
    /^(1e30 \+ 1|pow\(2, 200\)|parseint\("1234567890123|floor\(1e30|jsondecode\(".*(1234567890123|1e400)|yamldecode\("- 0x1F)/,
  ],
  [
    "what has no result is an error, not an infinity",
    /^(1 \/ 0|1e4999 \* 10|1e5000 \* 10|log\((0, 10|10, 1|10, 0)\)|pow\((0, -1|10, 100000)\))/,
  ],
  ["logarithms are rounded correctly", /^log\((1000|3), 10\)/],
  ["wrong numbers are refused, not computed with", /^(cidrsubnet\(.*-1\)|cidrnetmask\("fd00|format\("%99999s)/],
  [
    "null is a value like others",
    /^(contains\(\[null\]|jsonencode\(null\)|\[1, null\] !=|lookup\(\{ a = 1 \}, "b", null\)|merge\(\)$)/,
  ],
  ["the left side may decide", /^(false &&|true \|\|) \[\]\[0\]/],
  [
    "index finds a value since Packer 1.7, and element counts from the end as in newer go-cty",
    /^(index\(\["a", "b"\], "b"\)|element\(.*-1\))/,
  ],
  ["a quote within a literal, as later go-cty reads it", /^formatdate\("EEE M H/],
];

const explained = (expression: string) => differences.some(([, pattern]) => pattern.test(expression));

it.each(Object.entries(recorded).filter(([expression]) => !explained(expression)))(
  "%s gives what packer console gives",
  async (expression, expected) => {
    const { value, diagnostics } = await evaluateText(expression);
    const text =
      typeof value.content === "string"
        ? value.content
        : formatValue(value).replaceAll(/toset\((\[[\s\S]*?\])\)/g, "$1");
    expect(diagnostics.length > 0 ? null : text).toBe(expected);
  },
);
