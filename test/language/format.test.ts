import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatHcl } from "../../src/language/format/format.ts";

const format = (text: string): string => formatHcl({ name: "t", text });

/** The canonical style, rule by rule. That it is Packer's own is shown by `e2e/format-against-packer.test.ts`. */
describe("formatHcl", () => {
  it.each([
    ["puts one space around the equals sign", "a=1\n", "a = 1\n"],
    ["aligns the equals signs of neighbouring lines", "a = 1\nbbb = 2\n\nc = 3\n", "a   = 1\nbbb = 2\n\nc = 3\n"],
    ["does not align a value that goes on below", "a = [\n1\n]\nbbb = 2\n", "a = [\n  1\n]\nbbb = 2\n"],
    ["aligns remarks after neighbouring lines", "a = 1 # x\nbbb = 22 # y\n", "a   = 1  # x\nbbb = 22 # y\n"],
    ["counts what people see, not code units", 'a = "é" # x\nb = "👩‍👩‍👧" # y\n', 'a = "é" # x\nb = "👩‍👩‍👧" # y\n'],
    [
      "indents by two for each line that opens brackets",
      "a {\nb {\nc = f({\nd = 1\n})\n}\n}\n",
      "a {\n  b {\n    c = f({\n      d = 1\n    })\n  }\n}\n",
    ],
    ["indents comments like the code around them", "a {\n# b\n   /* c */\n}\n", "a {\n  # b\n  /* c */\n}\n"],
    ["removes space at the ends of lines, and keeps blank lines", "a = 1  \n\n\t\nb = 2\n", "a = 1\n\n\nb = 2\n"],
    ["tells negation from subtraction", "a = -1\nb = c -1\nd = [ - 1 ]\n", "a = -1\nb = c - 1\nd = [-1]\n"],
    [
      "sets off objects but not lists or calls",
      "a = {b=1}\nc = [ 1,2 ]\nd = f( 1 ,2 )\n",
      "a = { b = 1 }\nc = [1, 2]\nd = f(1, 2)\n",
    ],
    ["leaves empty brackets empty", "a = { }\nb = [ ]\nc { }\n", "a = {}\nb = []\nc {}\n"],
    ["formats the code within templates, not their text", 'a = "x  ${ b+1 }  y"\n', 'a = "x  ${b + 1}  y"\n'],
    ["keeps heredocs as they are", "a = <<-X\n\t one\n   X\nbb = 2\n", "a  = <<-X\n\t one\n   X\nbb = 2\n"],
    ["keeps CRLF line ends", "a=1\r\nbb=2\r\n", "a  = 1\r\nbb = 2\r\n"],
    ["keeps a missing line end missing", "a=1", "a = 1"],
  ])("%s", (_, text, expected) => {
    expect(format(text)).toBe(expected);
    expect(format(expected)).toBe(expected);
  });

  /** Recorded by tools/refresh-packer-fmt.ts. */
  const recorded = JSON.parse(
    readFileSync(join(import.meta.dirname, "../fixture/language/packer-fmt.json"), "utf8"),
  ) as readonly (readonly [text: string, expected: string])[];

  it.each(recorded)("makes of %j what packer fmt 1.16 makes of it (D-5)", (text, expected) => {
    expect(format(text)).toBe(expected);
    expect(format(expected)).toBe(expected);
  });

  it("formats a file with an example of every rule", async () => {
    const folder = join(import.meta.dirname, "../fixture/format");
    const formatted = format(readFileSync(join(folder, "every-rule.pkr.hcl"), "utf8"));
    expect(format(formatted)).toBe(formatted);
    await expect(formatted).toMatchFileSnapshot(join(folder, "every-rule.expected.hcl"));
  });
});
