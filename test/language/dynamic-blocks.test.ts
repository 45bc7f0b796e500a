import { describe, expect, it } from "vitest";
import { expandDynamicBlocks, type ScopedBody } from "../../src/language/dynamic-blocks.ts";
import { evaluate } from "../../src/language/evaluate/evaluate.ts";
import { parseHcl } from "../../src/language/parse.ts";
import { show, variablesForTests } from "./evaluate-text.ts";

/** The expanded body as text, every attribute evaluated in the scope of its block. */
function describeBody({ attributes, blocks, scope }: ScopedBody): string {
  const parts = [
    ...attributes.map(({ name, expression }) => `${name} = ${show(evaluate(expression, scope).value)}`),
    ...blocks.map(
      (block) =>
        `${[block.type, ...block.labels.map(({ value }) => JSON.stringify(value))].join(" ")} {${block.isUnknown ? " # unknown" : ""} ${describeBody(block.body)} }`,
    ),
  ];
  return parts.join("; ");
}

function expand(text: string) {
  const { body, diagnostics } = parseHcl({ name: "<test>", text });
  expect(diagnostics).toEqual([]);
  return expandDynamicBlocks(body, { variables: variablesForTests });
}

describe("expandDynamicBlocks", () => {
  const table: readonly (readonly [string, string, string])[] = [
    ["leaves other blocks as they are", 'a = 1\nb "x" {\n  c = text\n}', 'a = 1; b "x" { c = "hello" }'],
    [
      "makes a block for each element",
      'dynamic "disk" {\n  for_each = list\n  content {\n    name = disk.value\n    index = disk.key\n  }\n}',
      'disk { name = "a"; index = 0 }; disk { name = "b"; index = 1 }; disk { name = "c"; index = 2 }',
    ],
    [
      "keeps the order among other blocks",
      'x {}\ndynamic "d" {\n  for_each = [1]\n  content {}\n}\ny {}',
      "x {  }; d {  }; y {  }",
    ],
    [
      "gives keys of maps, and elements of sets twice",
      'dynamic "d" {\n  for_each = map\n  content {\n    k = d.key\n  }\n}\ndynamic "e" {\n  for_each = set\n  content {\n    k = "${e.key}${e.value}"\n  }\n}',
      'd { k = "k" }; e { k = "aa" }; e { k = "bb" }',
    ],
    [
      "names the iterator",
      'dynamic "d" {\n  for_each = [1]\n  iterator = item\n  content {\n    v = item.value\n  }\n}',
      "d { v = 1 }",
    ],
    [
      "gives labels",
      'dynamic "provisioner" {\n  for_each = ["a"]\n  labels   = ["shell", provisioner.value]\n  content {}\n}',
      'provisioner "shell" "a" {  }',
    ],
    [
      "nests",
      'dynamic "a" {\n  for_each = [1, 2]\n  content {\n    dynamic "b" {\n      for_each = ["x"]\n      content {\n        v = "${a.value}${b.value}"\n      }\n    }\n    c {\n      w = a.key\n    }\n  }\n}',
      'a { b { v = "1x" }; c { w = 0 } }; a { b { v = "2x" }; c { w = 1 } }',
    ],
    ["makes none for an empty collection", 'dynamic "d" {\n  for_each = []\n  content {}\n}', ""],
    [
      "makes one of unknown values where the collection is unknown",
      'dynamic "d" {\n  for_each = unknown_list\n  content {\n    v = d.value\n  }\n}',
      "d { # unknown v = unknown(any) }",
    ],
    [
      "keeps secrets secret",
      'dynamic "d" {\n  for_each = secret_list\n  content {\n    v = d.value\n  }\n}',
      'd { v = sensitive("p") }; d { v = sensitive("q") }',
    ],
  ];
  it.each(table)("%s", (_, text, expected) => {
    const { body, diagnostics } = expand(text);
    expect(diagnostics).toEqual([]);
    expect(describeBody(body)).toBe(expected);
  });

  const wrong: readonly (readonly [string, string, string])[] = [
    ['dynamic "d" {\n  content {}\n}', 'dynamic "d"', "for_each"],
    ['dynamic "d" {\n  for_each = []\n}', 'dynamic "d"', "content"],
    ["dynamic {\n  for_each = []\n  content {}\n}", "dynamic", "exactly one label"],
    ['dynamic "a" "b" {\n  for_each = []\n  content {}\n}', '"b"', "exactly one label"],
    ['dynamic "d" {\n  for_each = nothing\n  content {}\n}', "nothing", "null"],
    ['dynamic "d" {\n  for_each = "x"\n  content {}\n}', '"x"', "must be a list"],
    ['dynamic "d" {\n  for_each = no_such\n  content {}\n}', "no_such", "nothing named"],
    ['dynamic "d" {\n  for_eech = []\n  for_each = []\n  content {}\n}', "for_eech", 'Did you mean "for_each"?'],
    ['dynamic "d" {\n  for_each = []\n  x {}\n  content {}\n}', "x", "content { … }"],
    ['dynamic "d" {\n  for_each = []\n  content {}\n  content {}\n}', "content", "exactly one content block"],
    ['dynamic "d" {\n  for_each = []\n  iterator = "x"\n  content {}\n}', '"x"', "without quotes"],
    ['dynamic "d" {\n  for_each = [1]\n  labels = "x"\n  content {}\n}', '"x"', "must be a list of texts"],
    ['dynamic "d" {\n  for_each = [1]\n  labels = [[]]\n  content {}\n}', "[[]]", "must be texts"],
    ['dynamic "d" {\n  for_each = [1]\n  labels = [secret]\n  content {}\n}', "[secret]", "must not be sensitive"],
    ['dynamic "d" {\n  for_each = [1]\n  labels = [unknown_text]\n  content {}\n}', "[unknown_text]", "not known yet"],
  ];
  it.each(wrong)("refuses %s", (text, subject, words) => {
    const { diagnostics } = expand(text);
    expect(diagnostics).toHaveLength(1);
    const [{ subject: range, detail }] = diagnostics as [(typeof diagnostics)[0]];
    expect(text.slice(range!.start, range!.end).trim()).toBe(subject);
    expect(detail).toContain(words);
  });
});
