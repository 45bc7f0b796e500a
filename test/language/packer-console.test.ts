import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { formatValue } from "../../src/language/format-value.ts";
import { evaluateText } from "./evaluate-text.ts";

/** What Packer 1.6.6 printed for each expression, null for an error. Recorded by tools/refresh-packer-console.ts. */
const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, "../fixture/language/packer-console.json"), "utf8"),
) as Record<string, string | null>;

/** Where we differ on purpose. */
const differences: readonly (readonly [string, RegExp])[] = [];

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
