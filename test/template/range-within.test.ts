import { describe, expect, it } from "vitest";
import { rangeWithin } from "../../src/template/range-within.ts";

function underlined(source: string, text: string, part: string): string {
  const file = { name: "x", text: `name = ${source}\n` };
  const literal = { file, start: 7, end: 7 + source.length };
  const start = text.indexOf(part);
  const range = rangeWithin(literal, text, { offset: start, end: start + part.length });
  return file.text.slice(range.start, range.end);
}

describe("rangeWithin", () => {
  it.each([
    ['"a {{ b }}"', "a {{ b }}", "b", "b"],
    ['"\\"q\\" {{ b }}"', '"q" {{ b }}', "b", "b"],
    ['"\\u0041\\n{{ b }}"', "A\n{{ b }}", "{{", "{{"],
    ['"${x} {{ b }}"', "value {{ b }}", "b", '"${x} {{ b }}"'],
    ["<<EOT\na {{ b }}\nEOT", "a {{ b }}\n", "b", "b"],
  ])("finds in %s the part of %j that is %j", (source, text, part, expected) => {
    expect(underlined(source, text, part)).toBe(expected);
  });
});
