import { describe, expect, it } from "vitest";
import { diagnose, mended, shortly } from "../helper/diagnose.ts";

const none = 'source "null" "n" {\n  communicator = "none"\n}\n';
const step = (body: string) =>
  `${none}build {\n  sources = ["null.n"]\n  provisioner "shell-local" {\n    ${body}\n  }\n}\n`;
const json = (line: string) =>
  `{"builders": [{"type": "null", "communicator": "none"}],\n"provisioners": [{"type": "shell-local", "inline": [${line}], "only": ["null"]}]}`;
const hclJson = (line: string) =>
  `{"source": {"null": {"n": {"communicator": "none"}}},\n"build": {"sources": ["null.n"], "provisioner": {"shell-local": {"inline": [${line}]}}}}`;

const BREAK = "error: A string in JSON is one line. Write \\n for the line break.";
const QUOTE = 'error: This quote ends the string. For a quote inside a string, write \\".';

/** What is wrong, the file, the template, its only error, and a line of what mends it. */
const mistakes: readonly (readonly [what: string, name: string, template: string, said: string, right: string])[] = [
  ["a line break", "t.json", json('"echo a\necho b"'), `2:60 ${BREAK}`, '["echo a\\necho b"]'],
  ["several line breaks", "t.json", json('"a\n  b: 5,\r\n\nc", "d"'), `2:55 ${BREAK}`, '["a\\n  b: 5,\\n\\nc", "d"]'],
  ["a line break at the end", "t.json", json('"echo a\n"'), `2:60 ${BREAK}`, '["echo a\\n"]'],
  [
    "a line break in HCL JSON",
    "t.pkr.json",
    hclJson('"if x; then\n  y\nfi"'),
    `2:88 ${BREAK}`,
    '["if x; then\\n  y\\nfi"]',
  ],
  ["a quote", "t.pkr.hcl", step('inline = ["echo "hi""]'), `7:21 ${QUOTE}`, '["echo \\"hi\\""]'],
  [
    "a quoted sentence",
    "t.pkr.hcl",
    step('inline = ["echo "hi you" x", "b"]'),
    `7:21 ${QUOTE}`,
    '["echo \\"hi you\\" x", "b"]',
  ],
  [
    "a quoted variable of the shell",
    "t.pkr.hcl",
    step('inline = ["echo "$HOME""]'),
    `7:21 ${QUOTE}`,
    '["echo \\"$HOME\\""]',
  ],
  ["a quoted path", "t.pkr.hcl", step('inline = ["ls "/tmp/a" -l"]'), `7:19 ${QUOTE}`, '["ls \\"/tmp/a\\" -l"]'],
  [
    "a quote in an argument",
    "t.pkr.hcl",
    step('inline = ["x"]\n    name = "say "hi""'),
    `8:17 ${QUOTE}`,
    '"say \\"hi\\""',
  ],
  ["a quote in a call", "t.pkr.hcl", step('inline = [upper("a "b"")]'), `7:24 ${QUOTE}`, 'upper("a \\"b\\"")'],
  ["a quote in JSON", "t.json", json('"echo "hi" x", "y"'), `2:59 ${QUOTE}`, '["echo \\"hi\\" x", "y"]'],
  ["a quote in HCL JSON", "t.pkr.json", hclJson('"echo "hi""'), `2:83 ${QUOTE}`, '["echo \\"hi\\""]'],
];

describe("what a string cannot hold as it stands", () => {
  it.each(mistakes)(
    "%s: is one error at its place, and its change mends it",
    async (_, name, template, said, right) => {
      const found = await diagnose(template, { name });
      expect(found.map(shortly)).toEqual([said]);
      const better = mended(template, found);
      expect(better).toContain(right);
      expect(await diagnose(better, { name })).toEqual([]);
    },
  );

  it.each([
    ["t.pkr.hcl", step('inline = ["a"b, "c"]'), "missing-comma"],
    ["t.pkr.hcl", step('inline = ["a""b"]'), "missing-comma"],
    ["t.pkr.hcl", step('inline = ["a" b, "c"]'), "missing-comma"],
    ["t.json", json('"echo a,\n"echo b"'), "unclosed-string"],
    ["t.json", json('"echo a" "echo b"'), "missing-comma"],
  ])("%s: %s is another mistake", async (name, template, code) => {
    const codes = (await diagnose(template, { name })).map((found) => found.code);
    expect(codes).toContain(code);
    expect(codes).not.toContain("quote-in-string");
    expect(codes).not.toContain("line-break-in-string");
  });

  it.each(["5 / 2", '"5"/2/"1"', '"5"-1', '"a"=="b" ? "c":"d"'])("%s is none", async (expression) => {
    expect(await diagnose(`locals {\n  x = ${expression}\n}\n${step('inline = ["x"]')}`)).toEqual([]);
  });
});
