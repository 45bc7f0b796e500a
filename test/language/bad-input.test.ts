import { describe, expect, it } from "vitest";
import { decodeSource, MAX_SOURCE_BYTES } from "../../src/language/decode-source.ts";
import { formatHcl } from "../../src/language/format/format.ts";
import { parseJson } from "../../src/language/json/parse-json.ts";
import { MAX_DIAGNOSTICS } from "../../src/language/limit-diagnostics.ts";
import { parseExpression, parseHcl, parseTemplate } from "../../src/language/parse.ts";
import { positionOf } from "../../src/language/position.ts";
import { renderDiagnostic } from "../../src/language/render/render-diagnostic.ts";

const hcl = (text: string) => parseHcl({ name: "t.pkr.hcl", text });
const codes = (diagnostics: readonly { readonly code: string }[]): string[] => diagnostics.map(({ code }) => code);

describe("nesting beyond the limit is one diagnostic, in whatever shape", () => {
  const deep = 100_000;
  const nests: Record<string, string> = {
    brackets: `a = ${"[".repeat(deep)}${"]".repeat(deep)}\n`,
    "brackets never closed": `a = ${"[".repeat(deep)}`,
    parentheses: `a = ${"(".repeat(deep)}1${")".repeat(deep)}\n`,
    objects: `a = ${"{a=".repeat(deep)}1${"}".repeat(deep)}\n`,
    calls: `a = ${"f(".repeat(deep)}1${")".repeat(deep)}\n`,
    indexes: `a = ${"b[".repeat(deep)}1${"]".repeat(deep)}\n`,
    negations: `a = ${"!".repeat(deep)}true\n`,
    conditionals: `a = ${"b ? c : ".repeat(deep)}d\n`,
    sums: `a = 1${" + 1".repeat(deep)}\n`,
    "attributes of attributes": `a = b${".c".repeat(deep)}\n`,
    splats: `a = b${"[*]".repeat(deep)}\n`,
    interpolations: `a = ${'"${'.repeat(deep)}1${'}"'.repeat(deep)}\n`,
    "for expressions": `a = ${"[for b in c : ".repeat(deep)}1${"]".repeat(deep)}\n`,
    directives: `a = "${"%{ if b }".repeat(deep)}${"%{ endif }".repeat(deep)}"\n`,
    blocks: `${"a {\n".repeat(20_000)}${"}\n".repeat(20_000)}`,
  };
  for (const [name, text] of Object.entries(nests)) {
    it(name, () => {
      expect(codes(hcl(text).diagnostics)).toEqual(["nesting-too-deep"]);
    });
  }

  it("JSON", () => {
    expect(codes(parseJson({ name: "t.json", text: "[".repeat(deep) + "]".repeat(deep) }).diagnostics)).toEqual([
      "nesting-too-deep",
    ]);
    expect(codes(parseJson({ name: "t.json", text: '{"a":'.repeat(deep) }).diagnostics)).toEqual(["nesting-too-deep"]);
  });
});

describe("no text takes more than linear time", () => {
  const size = 120_000;
  const texts: Record<string, string> = {
    "one line of items without commas": `a = [${'"x" '.repeat(size / 4)}]\n`,
    "open quotes": '"\n'.repeat(size / 2),
    "open interpolations": '"${'.repeat(size / 3),
    "open interpolations, line by line": 'a = "${\n'.repeat(size / 8),
    "open heredocs": "a = <<A\n".repeat(size / 8),
    "heredocs with text after their ends": "a = <<A\nA,\n".repeat(size / 11),
    "heredocs of many names": Array.from({ length: size / 16 }, (_, index) => `a=<<A${index}\nA${index},\n`).join(""),
    "malformed heredocs": 'a = <<"A"\n'.repeat(size / 10),
    "open comments": "/*".repeat(size / 2),
    "comments without end of line": "/**/".repeat(size / 4),
    "open brackets": "a = [\n".repeat(size / 6),
    "open blocks": "a {\n".repeat(size / 4),
    "closing braces": "}".repeat(size),
    "closing brackets": "]\n".repeat(size / 2),
    "typographic quotes": "“".repeat(size),
    "single quotes": "'\n".repeat(size / 2),
    "the same argument": "a = 1\n".repeat(size / 6),
    "invalid characters": "@".repeat(size),
    identifiers: "a ".repeat(size / 2),
    "letters with accents": `a = "${"e\u0301".repeat(size / 2)}" "x"`,
    "stray directives": `a = "${"%{ endif }".repeat(size / 10)}"`,
    "invalid escapes": `a = "${"\\d".repeat(size / 2)}"`,
  };
  for (const [name, text] of Object.entries(texts)) {
    it(name, () => {
      const file = { name: "t.pkr.hcl", text };
      const start = performance.now();
      const { diagnostics } = parseHcl(file);
      for (const diagnostic of diagnostics) renderDiagnostic(diagnostic, { color: false });
      if (diagnostics.length === 0) formatHcl(file);
      parseTemplate(file);
      expect(diagnostics.length).toBeLessThanOrEqual(MAX_DIAGNOSTICS + 1);
      // Quadratic time would be minutes; this only leaves room for a slow and busy machine.
      expect(performance.now() - start).toBeLessThan(10_000);
    });
  }
});

describe("files that are not text", () => {
  it("are refused above 32 MB, whatever they hold", () => {
    expect(codes(decodeSource("big.pkr.hcl", Buffer.alloc(MAX_SOURCE_BYTES + 1, 32)).diagnostics)).toEqual([
      "file-too-large",
    ]);
  });

  it.each([
    ["a UTF-8 byte order mark", Buffer.from("\ufeffa = 1\n"), []],
    ["UTF-16, little endian", Buffer.from("\ufeffa = 1\n", "utf16le"), ["utf16-file"]],
    ["UTF-16 without a mark", Buffer.from("a = 1\n", "utf16le"), ["utf16-file"]],
    ["no text, with zeros as UTF-16 has them", Buffer.from([0, 1, 0, 127]), ["nul-character"]],
    ["UTF-16, big endian", Buffer.from([0xfe, 0xff, 0, 97]), ["utf16-file"]],
    ["Latin-1", Buffer.from('a = "caf\u00e9"\n', "latin1"), ["invalid-utf8"]],
    ["a NUL character", Buffer.from("a = 1\0\n"), ["nul-character"]],
  ])("%s", (_, bytes, expected) => {
    const { file, diagnostics } = decodeSource("t.pkr.hcl", bytes);
    expect(codes(diagnostics)).toEqual(expected);
    if (expected.length === 0) expect(file.text).toBe("a = 1\n");
  });
});

describe("what is tolerated", () => {
  it("CRLF line ends, everywhere but inside text", () => {
    const { body, diagnostics } = hcl("a = [\r\n  1,\r\n]\r\nb {\r\n  c = <<-X\r\n    one\r\n  X\r\n}\r\n");
    expect(diagnostics).toEqual([]);
    expect(body.blocks[0]!.body.attributes[0]!.expression).toMatchObject({ parts: [{ text: "one\r\n" }] });
  });

  it("the last line of a heredoc without a line end", () => {
    expect(hcl("a = <<X\none\nX").diagnostics).toEqual([]);
  });
});

describe("positionOf", () => {
  it("counts lines from 1, columns in graphemes from 1, bytes from 0", () => {
    const text = 'a = "👩‍👩‍👧é" # ü\r\nb = 1\n';
    const file = { name: "t", text };
    expect(positionOf(file, text.indexOf("#"))).toEqual({ line: 1, column: 10, byte: 27 });
    expect(positionOf(file, text.indexOf("b"))).toEqual({ line: 2, column: 1, byte: 33 });
    expect(positionOf(file, text.length)).toEqual({ line: 3, column: 1, byte: 39 });
  });
});

describe("a long list of problems", () => {
  it(`stops after ${MAX_DIAGNOSTICS} and says how many more there are`, () => {
    const { diagnostics } = parseExpression({ name: "t", text: `[${"1 ".repeat(151)}]` });
    expect(diagnostics).toHaveLength(MAX_DIAGNOSTICS + 1);
    expect(diagnostics.at(-1)).toMatchObject({
      code: "more-problems",
      detail: expect.stringContaining("50 more problems"),
    });
  });
});
