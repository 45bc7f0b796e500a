import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineSplitter, LONGEST_LINE } from "../../src/lib/line-splitter.ts";

function split(chunks: readonly Buffer[]): readonly string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.add(chunk);
  splitter.end();
  return lines;
}

describe("LineSplitter", () => {
  it("gives the same lines however the bytes are cut", () => {
    const property = fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 7 }), (text, size) => {
      const bytes = Buffer.from(text);
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expect(split(chunks)).toEqual(split([bytes]));
    });
    fc.assert(property);
  });

  it.each([
    ["a\nb\n", ["a", "b"]],
    ["a\r\nb", ["a", "b"]],
    ["\n\n", ["", ""]],
    ["", []],
  ])("%j", (text, lines) => {
    expect(split([Buffer.from(text)])).toEqual(lines);
  });

  it("cuts a line of 100 MB in pieces instead of holding it", () => {
    let pieces = 0;
    let length = 0;
    const splitter = new LineSplitter((line) => {
      pieces++;
      length += line.length;
    });
    const chunk = Buffer.alloc(1_000_000, "x");
    for (let count = 0; count < 100; count++) splitter.add(chunk);
    splitter.end();
    expect({ pieces, length }).toEqual({ pieces: Math.ceil(100_000_000 / LONGEST_LINE), length: 100_000_000 });
  });
});
