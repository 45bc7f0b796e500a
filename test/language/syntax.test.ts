import { describe, expect, it } from "vitest";
import { parseExpression, parseHcl, parseTemplate } from "../../src/language/parse.ts";
import { describeExpression as show, describeBody } from "../helper/describe-tree.ts";

/**
 * The native syntax specification of HCL, rule by rule: text on the left, the tree it gives on the right, written as
 * nested lists (see `describe-tree.ts`).
 */
const expressions: Record<string, readonly (readonly [text: string, tree: string])[]> = {
  "numeric literals": [
    ["0", "0"],
    ["1.50", "1.50"],
    ["1e5", "1e5"],
    ["1.5E-3", "1.5E-3"],
    ["12345678901234567890.123456789", "12345678901234567890.123456789"],
  ],
  "literal words": [
    ["true", "true"],
    ["false", "false"],
    ["null", "null"],
  ],
  identifiers: [
    ["a", "a"],
    ["a-b_c1", "a-b_c1"],
    ["_a", "_a"],
    ["größe", "größe"],
    ["日本", "日本"],
  ],
  "quoted templates": [
    ['""', '""'],
    ['"a"', '"a"'],
    [String.raw`"\n\r\t\"\\\u00e9\U0001F600"`, '"\\n\\r\\t\\"\\\\é😀"'],
    ['"$${a} %%{b}"', '"${a} %{b}"'],
    ['"$$${a}"', '"$${a}"'],
    ['"$a %b $ %"', '"$a %b $ %"'],
    ['"a${b}c"', '(template "a" b "c")'],
    ['"${a}"', "(wrap a)"],
    ['"${a}${b}"', "(template a b)"],
    ['"${"${a}"}"', "(wrap (wrap a))"],
    ['"${ { a = "}" } }"', '(wrap {a = "}"})'],
    ['"${\n a\n}"', "(wrap a)"],
    ['"a ${~ b ~} c"', '(template "a" b "c")'],
  ],
  "template directives": [
    ['"%{ if a }b%{ endif }"', '(template (if a ("b") ()))'],
    ['"%{ if a }b%{ else }c%{ endif }"', '(template (if a ("b") ("c")))'],
    ['"%{ for a in b }${a}%{ endfor }"', "(template (for a b (a)))"],
    ['"%{ for a, b in c }x%{ endfor }"', '(template (for a,b c ("x")))'],
    ['"x %{~ if a ~} y %{~ endif ~} z"', '(template "x" (if a ("y") ()) "z")'],
    // The quotes before "~}" end texts, and are not meant literally.
    ['"%{if "x${"x${b}y"~}y"}y%{endif}"', '(template (if (template "x" (template "x" b "y") "y") ("y") ()))'],
  ],
  heredocs: [
    ["<<A\none\n two\nA\n", String.raw`"one\n two\n"`],
    ["<<A\nA\n", '""'],
    ["<<A\none\n  A  \n", String.raw`"one\n"`],
    ["<<-A\n    one\n      two\n\n    three\n  A\n", String.raw`"one\n  two\n\nthree\n"`],
    ["<<-A\n  one\n ${b}\nA\n", String.raw`(template " one\n" b "\n")`],
    [String.raw`<<A` + "\n" + String.raw`a\n"b"` + "\nA\n", String.raw`"a\\n\"b\"\n"`],
    ["<<A\n$${b} %%{c}\nA\n", String.raw`"${"$"}{b} %{c}\n"`],
    ["<<A\n%{ if b ~}\n  c\n%{ endif ~}\nA\n", String.raw`(template (if b ("  c\n") ()))`],
  ],
  tuples: [
    ["[]", "[]"],
    ["[1, 2]", "[1, 2]"],
    ["[1, 2,]", "[1, 2]"],
    ["[\n 1,\n 2 # two\n ,\n]", "[1, 2]"],
  ],
  objects: [
    ["{}", "{}"],
    ["{a = 1, b : 2}", "{a = 1, b = 2}"],
    ['{\n a = 1\n "b" = 2,\n (c) = 3\n 4 = 5\n}', '{a = 1, "b" = 2, (paren c) = 3, 4 = 5}'],
  ],
  "for expressions": [
    ["[for a in b : c]", "(for-tuple a b c)"],
    ["[for a, b in c : d if e]", "(for-tuple a,b c d if e)"],
    ["{for a in b : c => d}", "(for-object a b c => d)"],
    ["{for a, b in c : d => e... if f}", "(for-object a,b c d => e... if f)"],
    ["[\n for a\n in b\n : c\n]", "(for-tuple a b c)"],
  ],
  "attributes and indexes": [
    ["a.b.c", "(. (. a b) c)"],
    ["a[0]", "(index a 0)"],
    ['a["b"].c', '(. (index a "b") c)'],
    ["a.0", "(legacy a 0)"],
    ["a.0.b", "(. (legacy a 0) b)"],
    ["[1, 2][0]", "(index [1, 2] 0)"],
    ["f().a", "(. (call f) a)"],
  ],
  splats: [
    ["a.*", "(attribute a *)"],
    ["a.*.b.c", "(attribute a (. (. * b) c))"],
    ["a.*.0", "(attribute a (legacy * 0))"],
    ["a.*.b[0]", "(index (attribute a (. * b)) 0)"],
    ["a[*]", "(full a *)"],
    ["a[*].b[0]", "(full a (index (. * b) 0))"],
    ["a[*][*]", "(full a (full * *))"],
  ],
  "function calls": [
    ["f()", "(call f)"],
    ["f(1, 2,)", "(call f 1 2)"],
    ["f(1, a...)", "(call f 1 a...)"],
    ["f(\n 1,\n 2\n)", "(call f 1 2)"],
    ["a::b(1)", "(call a::b 1)"],
  ],
  "operators, from tight to loose": [
    ["-a", "(- a)"],
    ["!a", "(! a)"],
    ["-a.b", "(- (. a b))"],
    ["-a * b", "(* (- a) b)"],
    ["a * b / c % d", "(% (/ (* a b) c) d)"],
    ["a + b * c - d", "(- (+ a (* b c)) d)"],
    ["a < b + c", "(< a (+ b c))"],
    ["a == b < c", "(== a (< b c))"],
    ["a != b == c", "(== (!= a b) c)"],
    ["a && b == c", "(&& a (== b c))"],
    ["a || b && c", "(|| a (&& b c))"],
    ["(a + b) * c", "(* (paren (+ a b)) c)"],
    ["a >= b", "(>= a b)"],
    ["a-b", "a-b"],
    ["a - b", "(- a b)"],
  ],
  conditionals: [
    ["a ? b : c", "(? a b c)"],
    ["a ? b : c ? d : e", "(? a b (? c d e))"],
    ["a || b ? c : d", "(? (|| a b) c d)"],
    ["(\n a\n ? b\n : c\n)", "(paren (? a b c))"],
  ],
  comments: [
    ["1 # one", "1"],
    ["1 // one", "1"],
    ["1 /* one\n two */ + 2", "(+ 1 2)"],
  ],
};

describe("parseExpression", () => {
  for (const [rule, cases] of Object.entries(expressions)) {
    it.each(cases)(`${rule}: %j`, (text, tree) => {
      const { expression, diagnostics } = parseExpression({ name: "t", text });
      expect(diagnostics).toEqual([]);
      expect(show(expression)).toBe(tree);
    });
  }
});

describe("parseTemplate", () => {
  it.each([
    ["", '""'],
    ['a "b" \\n', String.raw`"a \"b\" \\n"`],
    ["${a}", "(wrap a)"],
    ["a\n%{ for b in c ~}\n${b}\n%{ endfor ~}\nd", String.raw`(template "a\n" (for b c (b "\n")) "d")`],
  ])("%j", (text, tree) => {
    const { expression, diagnostics } = parseTemplate({ name: "t", text });
    expect(diagnostics).toEqual([]);
    expect(show(expression)).toBe(tree);
  });
});

describe("parseHcl", () => {
  it.each([
    ["an empty file", "", ""],
    ["arguments, one per line", "a = 1\n\nb = 2", "a = 1; b = 2"],
    ["a block without labels", "a {\n  b = 1\n}\n", "a {b = 1}"],
    ["labels in quotes and bare", 'a "b c" d {\n}\n', 'a "b c" "d" {}'],
    ["escapes in labels", 'a "b\\"$${c}" {}\n', String.raw`a "b\"${"$"}{c}" {}`],
    ["one-line blocks", "a {}\nb { c = 1 }\n", "a {}; b {c = 1}"],
    ["blocks in blocks, in order across types", "a {\n b {}\n c {}\n b {}\n d = 1\n}\n", "a {d = 1; b {}; c {}; b {}}"],
    ["comments anywhere", "# a\na = 1 // b\n/* c */ b = /* d */ 2 /* e\n*/\n", "a = 1; b = 2"],
    ["a file without line end", "a = 1", "a = 1"],
    ["words of the language as names", "for = 1\nif = 2\nin = 3\nnull = 4\n", "for = 1; if = 2; in = 3; null = 4"],
  ])("%s", (_, text, tree) => {
    const { body, diagnostics } = parseHcl({ name: "t", text });
    expect(diagnostics).toEqual([]);
    expect(describeBody(body)).toBe(tree);
  });

  it("keeps what can be read around mistakes", () => {
    const { body, diagnostics } = parseHcl({
      name: "t",
      text: "a = 1\nb = [1 2]\nc: 3\nd = 'x'\ne {\n  f =\n  g = 4\n}\n",
    });
    expect(diagnostics.map(({ code }) => code)).toEqual([
      "missing-comma",
      "colon-after-argument-name",
      "wrong-quotes",
      "missing-value",
    ]);
    expect(describeBody(body)).toBe("a = 1; b = [1, 2]; c = 3; d = (error); e {f = (error); g = 4}");
  });

  it("gives every node the range of its text", () => {
    const text = 'source "qemu" "a" {\n  memory = 1024 + var.more\n}\n';
    const { body } = parseHcl({ name: "t", text });
    const block = body.blocks[0]!;
    const attribute = block.body.attributes[0]!;
    const textOf = ({ start, end }: { start: number; end: number }): string => text.slice(start, end);
    expect(textOf(block.headerRange)).toBe('source "qemu" "a"');
    expect(textOf(block.labels[1]!.range)).toBe('"a"');
    expect(textOf(block.range)).toBe(text.trimEnd());
    expect(textOf(attribute.nameRange)).toBe("memory");
    expect(textOf(attribute.range)).toBe("memory = 1024 + var.more");
    expect(textOf(attribute.expression.range)).toBe("1024 + var.more");
    expect(block.body.endRange.start).toBe(text.indexOf("}"));
  });
});
