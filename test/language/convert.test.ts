import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convert } from "../../src/language/convert.ts";
import { describeConversionError } from "../../src/language/conversion.ts";
import { applyDefaults } from "../../src/language/defaults.ts";
import { valuesEqual } from "../../src/language/equal.ts";
import { valueFromJs } from "../../src/language/from-js.ts";
import { containsSensitive, mark } from "../../src/language/marks.ts";
import { parseExpression } from "../../src/language/parse.ts";
import { valueToJs } from "../../src/language/to-js.ts";
import { valueToJson } from "../../src/language/to-json.ts";
import { formatType, typesEqual } from "../../src/language/type.ts";
import { parseTypeConstraint } from "../../src/language/type-constraint.ts";
import { unify } from "../../src/language/unify.ts";
import {
  BOOL,
  DYNAMIC,
  listOf,
  mapOf,
  NUMBER,
  numberValue,
  setOf,
  STRING,
  stringValue,
  type Type,
} from "../../src/language/value.ts";
import { evaluateText, show } from "./evaluate-text.ts";
import { jsonData, primitiveType, sensitiveAt } from "./arbitrary.ts";

function typeOfText(text: string): Type {
  const { expression } = parseExpression({ name: "<type>", text });
  const { type, diagnostics } = parseTypeConstraint(expression);
  expect(diagnostics).toEqual([]);
  return type;
}

describe("convert", () => {
  /** value, constraint, result or error */
  const table: readonly (readonly [string, string, string])[] = [
    ["1", "string", '"1"'],
    ["1.50", "string", '"1.5"'],
    ["1e3", "string", '"1000"'],
    ["true", "string", '"true"'],
    ['"1.50"', "number", "1.5"],
    ['"true"', "bool", "true"],
    ['"0"', "bool", "false"],
    ["null", "string", "null(string)"],
    ["1", "bool", "error: a bool is required, not a number"],
    ["true", "number", "error: a number is required, not a bool"],
    ['"on"', "bool", 'error: a bool is required, and "on" is not one; write true'],
    ['""', "number", "error: a number is required, and an empty text is not one"],
    ["secret", "number", "error: a number is required, and the sensitive value is not one"],
    ["unknown", "number", "unknown(number)"],
    ["unknown_text", "number", "unknown(number)"],
    ["unknown_list", "number", "error: a number is required, not a list of string"],
    ["[]", "list(string)", "empty list(string)"],
    ["[1, true]", "list(string)", 'tolist(["1", "true"])'],
    ["[1, [2]]", "list(number)", "error: element 1: a number is required, not a tuple"],
    ['["b", "a", "b"]', "set(string)", 'toset(["a", "b"])'],
    ['[1, "1"]', "set(string)", 'toset(["1"])'],
    ["set", "list(string)", 'tolist(["a", "b"])'],
    ['{ b = 1, a = "x" }', "map(string)", 'tomap({ a = "x", b = "1" })'],
    ["map", "object({ k = string })", '{ k = "v" }'],
    ["map", "object({ x = string })", 'error: attribute "x" is required'],
    ["{ a = 1, b = 2 }", "object({ a = string })", '{ a = "1" }'],
    ["{}", "object({ a = string, b = bool })", 'error: attributes "a", "b" are required'],
    ["{}", "object({ a = optional(string) })", "{ a = null(string) }"],
    ["{}", 'object({ a = optional(string, "x"), b = optional(list(number), [1]) })', '{ a = "x", b = tolist([1]) }'],
    [
      '{ a = [{ b = "x" }] }',
      "object({ a = list(object({ b = number })) })",
      'error: the value at a[0].b: a number is required, and "x" is not one',
    ],
    ['{ "odd key" = [1] }', "map(map(string))", 'error: attribute "odd key": a map of string is required, not a tuple'],
    ['[1, "a"]', "tuple([string, string])", '["1", "a"]'],
    ["[1]", "tuple([string, string])", "error: a tuple of 2 elements is required, and this one has 1"],
    ["list", "tuple([string, string, string])", "error: a tuple is required, not a list of string"],
    ['[1, "a"]', "list(any)", 'tolist(["1", "a"])'],
    ["[1, true]", "list(any)", "error: all elements must have the same type"],
    ['{ a = { x = 1 }, b = { x = "y" } }', "map(any)", 'tomap({ a = { x = "1" }, b = { x = "y" } })'],
    ["[{ a = 1 }, { a = 2, b = 3 }]", "list(object({ a = any }))", "tolist([{ a = 1 }, { a = 2 }])"],
    ['"x"', "any", '"x"'],
    ['"x"', "list(string)", "error: a list of string is required, not a string"],
    ["{}", "list(string)", "error: a list of string is required, not an object"],
    ["half_secret", "list(string)", 'tolist(["open", sensitive("hidden")])'],
    ["half_secret", "set(string)", 'sensitive(toset(["hidden", "open"]))'],
    ["secret_list", "set(string)", 'sensitive(toset(["p", "q"]))'],
    ["half_unknown", "list(string)", 'tolist(["known", unknown(string)])'],
    ["unknown_list", "set(any)", "unknown(set(string))"],
  ];

  it.each(table)("%s to %s gives %s", async (value, type, expected) => {
    const evaluated = await evaluateText(value);
    expect(evaluated.diagnostics).toEqual([]);
    const result = convert(evaluated.value, typeOfText(type));
    expect(result.value ? show(result.value) : `error: ${describeConversionError(result.error)}`).toBe(expected);
  });

  it("never shows a secret inside a secret structure", async () => {
    const { value } = await evaluateText('sensitive({ password = "hunter2" })');
    const { error } = convert(value, typeOfText("map(number)"));
    expect(describeConversionError(error!)).not.toContain("hunter2");
  });

  it("takes primitives to text and back", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).map(numberValue), fc.string().map(stringValue)),
        (value) => {
          const text = convert(value, STRING).value!;
          expect(valuesEqual(convert(text, value.type).value!, value)).toBe(true);
        },
      ),
    );
  });

  it("keeps every mark, or fails", () => {
    fc.assert(
      fc.property(sensitiveAt(jsonData), primitiveType, (value, element) => {
        for (const type of [element, listOf(element), setOf(element), mapOf(element), listOf(DYNAMIC), DYNAMIC]) {
          const result = convert(value, type);
          if (result.value) expect(containsSensitive(result.value)).toBe(true);
        }
      }),
    );
  });

  it("gives a value of the type asked for", () => {
    fc.assert(
      fc.property(
        jsonData.map(valueFromJs),
        fc.oneof(primitiveType, primitiveType.map(listOf), primitiveType.map(mapOf), primitiveType.map(setOf)),
        (value, type) => {
          const result = convert(value, type);
          if (result.value) expect(typesEqual(result.value.type, type)).toBe(true);
        },
      ),
    );
  });
});

describe("unify", () => {
  const table: readonly (readonly [string, string])[] = [
    ["string, string", "string"],
    ["string, number, bool", "string"],
    ["number, bool", "nothing"],
    ["number, any", "any"],
    ["list(number), list(string)", "list(string)"],
    ["list(number), set(string)", "list(string)"],
    ["set(number), set(string)", "set(string)"],
    ["tuple([number, string]), tuple([string, bool])", "tuple([string, string])"],
    ["tuple([number, string]), tuple([string, string])", "tuple([string, string])"],
    ["tuple([number]), tuple([string, string])", "list(string)"],
    ["tuple([]), list(string)", "list(string)"],
    ["object({ a = number }), object({ a = string })", "object({ a = string })"],
    ["object({ a = number }), object({ b = string })", "map(string)"],
    ["object({ a = number }), map(string)", "map(string)"],
    ["object({ a = number }), object({ b = list(string) })", "nothing"],
    ["list(string), map(string)", "nothing"],
    ["string, list(string)", "nothing"],
  ];
  it.each(table)("%s is %s", (types, expected) => {
    const type = typeOfText(`tuple([${types}])`);
    const unified = unify(type.kind === "tuple" ? type.elements : []);
    expect(unified ? formatType(unified) : "nothing").toBe(expected);
  });

  it("gives a type everything converts to", () => {
    fc.assert(
      fc.property(fc.array(jsonData.map(valueFromJs), { minLength: 1, maxLength: 4 }), (values) => {
        const type = unify(values.map((value) => value.type));
        if (type) for (const value of values) expect(convert(value, type).value).toBeDefined();
      }),
    );
  });
});

describe("parseTypeConstraint", () => {
  const wrong: readonly (readonly [string, string, string])[] = [
    ["strng", "strng", 'Did you mean "string"?'],
    ["list", "list", "list(string)"],
    ["list()", "list()", "exactly one argument"],
    ["list(string, string)", "list(string, string)", "exactly one argument"],
    ['"string"', '"string"', "without quotes: string"],
    ["string(number)", "string", "Write string without parentheses"],
    ["object(string)", "string", "in braces"],
    ["tuple(string)", "string", "in brackets"],
    ["optional(string)", "optional(string)", "only be used for an attribute"],
    ["object({ a = optional() })", "optional()", "optional(number, 10)"],
    ['object({ a = optional(number, "x") })', '"x"', "does not fit"],
    ["object({ a = string, a = number })", "a", "twice"],
    ["1", "1", "not a type"],
    ["any.thing", "any.thing", "not a type"],
  ];
  it.each(wrong)("refuses %s at %s", (text, subject, words) => {
    const { diagnostics } = parseTypeConstraint(parseExpression({ name: "<type>", text }).expression);
    expect(diagnostics).toHaveLength(1);
    const [{ detail, subject: range }] = diagnostics as [(typeof diagnostics)[0]];
    expect(text.slice(range!.start, range!.end)).toBe(subject);
    expect(detail).toContain(words);
  });

  it("reads what formatType writes", () => {
    for (const text of [
      "string",
      "any",
      "list(set(map(bool)))",
      "object({ a = number, b = optional(string) })",
      "tuple([string, object({})])",
      "tuple([])",
    ]) {
      expect(formatType(typeOfText(text))).toBe(text);
    }
  });
});

describe("applyDefaults", () => {
  const constraint =
    "object({ name = string, port = optional(number, 22), tags = optional(map(string), {}), disks = optional(list(object({ size = optional(number, 10) }))) })";
  const table: readonly (readonly [string, string])[] = [
    [
      '{ name = "a" }',
      '{ disks = null(list(object({ size = number }))), name = "a", port = 22, tags = empty map(string) }',
    ],
    [
      '{ name = "a", port = null }',
      '{ disks = null(list(object({ size = number }))), name = "a", port = 22, tags = empty map(string) }',
    ],
    [
      '{ name = "a", port = 1, disks = [{}, { size = 5 }] }',
      '{ disks = tolist([{ size = 10 }, { size = 5 }]), name = "a", port = 1, tags = empty map(string) }',
    ],
    ['sensitive({ name = "a" }).name', "error: an object is required, not a string"],
  ];
  it.each(table)("%s becomes %s", async (text, expected) => {
    const { value } = await evaluateText(text);
    const type = typeOfText(constraint);
    const result = convert(applyDefaults(value, type), type);
    expect(result.value ? show(result.value) : `error: ${describeConversionError(result.error)}`).toBe(expected);
  });
});

describe("valueFromJs and valueToJs", () => {
  it("are inverse for JSON data", () => {
    fc.assert(fc.property(jsonData, (data) => void expect(valueToJs(valueFromJs(data)).data).toEqual(data)));
  });

  it("say where secrets and unknown values are", async () => {
    const { value } = await evaluateText(
      "{ a = secret, b = [1, unknown_text], c = half_secret, n = 12345678901234567890.5, m = 0.1 }",
    );
    expect(valueToJs(value)).toEqual({
      data: { a: "hunter2", b: [1, undefined], c: ["open", "hidden"], n: "12345678901234567890.5", m: 0.1 },
      sensitivePaths: [["a"], ["c", 1]],
      unknownPaths: [["b", 1]],
    });
  });

  it("refuse data nested too deep for the stack", () => {
    const deep = JSON.parse("[".repeat(50_000) + "]".repeat(50_000)) as unknown;
    expect(() => valueFromJs(deep)).toThrow(/nested deeper than 1000/);
  });
});

describe("valueToJson", () => {
  it("writes what JSON.parse reads back", () => {
    fc.assert(fc.property(jsonData, (data) => void expect(JSON.parse(valueToJson(valueFromJs(data)))).toEqual(data)));
  });
});

describe("types", () => {
  it("are equal to themselves only", () => {
    const types = [
      STRING,
      NUMBER,
      BOOL,
      DYNAMIC,
      listOf(STRING),
      setOf(STRING),
      mapOf(STRING),
      typeOfText("object({ a = string })"),
      typeOfText("tuple([string])"),
    ];
    for (const a of types) for (const b of types) expect(typesEqual(a, b)).toBe(a === b);
  });

  it("leave marks alone", () => {
    expect(mark(stringValue("x")).type).toBe(STRING);
  });
});
