import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalog } from "../../src/language/functions/catalog.ts";
import { containsSensitive, mark } from "../../src/language/marks.ts";
import { references } from "../../src/language/references.ts";
import { boolValue, listValue, numberValue, STRING, stringValue, type Value } from "../../src/language/value.ts";
import { evaluateText, show, variablesForTests } from "./evaluate-text.ts";

/** Expressions of every kind, right and wrong, over the names of the tables. */
const names = [...variablesForTests.keys()];
const functions = catalog.flatMap(({ names }) => names).filter((name) => name !== "bcrypt");
const leaf = fc.oneof(
  fc.constantFrom(...names),
  fc.constantFrom("1", "2.5", "0", "-1", "true", "false", "null", '""', '"a"', '"1"', '"k"', "[]", "{}"),
);
const expressions: fc.Arbitrary<string> = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc
      .tuple(tie("tree"), fc.constantFrom("+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||"), tie("tree"))
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc.tuple(fc.constantFrom("!", "-"), tie("tree")).map(([operator, a]) => `${operator}(${a})`),
    fc.tuple(tie("tree"), tie("tree"), tie("tree")).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    fc.array(tie("tree"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
    fc
      .array(fc.tuple(tie("tree"), tie("tree")), { maxLength: 2 })
      .map((items) => `{ ${items.map(([key, value]) => `(${key}) = ${value}`).join(", ")} }`),
    fc.tuple(tie("tree"), tie("tree")).map(([a, b]) => `(${a})[${b}]`),
    fc
      .tuple(tie("tree"), fc.constantFrom(".k", ".name", "[*]", "[*].id", ".*.k", "[0]", ".0"))
      .map(([a, step]) => `(${a})${step}`),
    fc
      .tuple(fc.constantFrom(...functions), fc.array(tie("tree"), { maxLength: 3 }), fc.boolean())
      .map(([name, args, expand]) => `${name}(${args.join(", ")}${expand && args.length > 0 ? "..." : ""})`),
    fc.tuple(tie("tree"), tie("tree")).map(([a, b]) => `"x\${${a}}%{ if ${b} }y%{ endif }"`),
    fc.tuple(tie("tree"), tie("tree"), tie("tree")).map(([a, b, c]) => `[for k, v in ${a} : ${b} if ${c}]`),
    fc
      .tuple(tie("tree"), tie("tree"), fc.boolean())
      .map(([a, b, grouped]) => `{ for k, v in ${a} : k => ${b}${grouped ? "..." : ""} }`),
  ),
})).tree;

describe("evaluation", () => {
  it("never throws, whatever the expression", async () => {
    await fc.assert(
      fc.asyncProperty(expressions, async (text) => {
        const { value, diagnostics } = await evaluateText(text);
        expect(show(value)).toBeTypeOf("string");
        for (const { subject } of diagnostics) expect(subject).toBeDefined();
      }),
      { numRuns: 3_000 },
    );
  }, 120_000);

  it("lists every name an expression needs", async () => {
    await fc.assert(
      fc.asyncProperty(expressions, async (text) => {
        const { parseExpression } = await import("../../src/language/parse.ts");
        const roots = new Set(references(parseExpression({ name: "<test>", text }).expression).map(({ root }) => root));
        const needed = new Map([...variablesForTests].filter(([name]) => roots.has(name)));
        const { diagnostics } = await evaluateText(text, needed);
        const missing = diagnostics.filter(({ code }) => code === "unknown-variable" || code === "no-variables");
        expect(missing).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  }, 60_000);
});

/**
 * A value depends on a secret when another secret gives another value. Then it must be marked: so every expression is
 * evaluated with two different secrets, and results may differ only where they are sensitive.
 */
describe("a secret", () => {
  const twoSecrets: readonly (readonly [Value, Value])[] = [
    [stringValue("k"), stringValue("name")],
    [numberValue(0), numberValue(1)],
    [boolValue(true), boolValue(false)],
    [listValue(STRING, [stringValue("a")]), listValue(STRING, [stringValue("b"), stringValue("c")])],
  ];
  const plain = new Map([...variablesForTests].filter(([name]) => !/secret/.test(name)));
  const secretNames = names.filter((name) => /secret/.test(name));
  /** Made to reveal, or different at each call by design. */
  const revealing = /\b(nonsensitive|issensitive|uuidv4|bcrypt|can|try)\b/;

  it("shows in no unmarked part of any result", async () => {
    await fc.assert(
      fc.asyncProperty(expressions, fc.constantFrom(...twoSecrets), async (text, [one, other]) => {
        fc.pre(!revealing.test(text));
        const withSecret = (value: Value) =>
          new Map([...plain, ...secretNames.map((name) => [name, mark(value)] as const)]);
        const first = await evaluateText(text, withSecret(one));
        const second = await evaluateText(text, withSecret(other));
        if (first.diagnostics.length > 0 || second.diagnostics.length > 0) return;
        if (show(first.value) === show(second.value)) return;
        // What is unknown because a branch nobody took is wrong tells of the mistake, not of the secret.
        fc.pre(!/unknown\(/.test(show(first.value) + show(second.value)));
        expect(containsSensitive(first.value)).toBe(true);
        expect(hide(show(first.value))).toBe(hide(show(second.value)));
      }),
      { numRuns: 3_000 },
    );
  }, 120_000);

  it("shows in no diagnostic", async () => {
    const secrets = new Map([
      ...plain,
      ...secretNames.map((name) => [name, mark(stringValue("hunter2secret"))] as const),
    ]);
    await fc.assert(
      fc.asyncProperty(expressions, async (text) => {
        fc.pre(!revealing.test(text));
        const { diagnostics } = await evaluateText(text, secrets);
        for (const { detail, values } of diagnostics)
          expect(detail + JSON.stringify(values ?? [])).not.toContain("hunter2secret");
      }),
      { numRuns: 3_000 },
    );
  }, 120_000);
});

/** The written value with all that is sensitive blanked out. */
function hide(text: string): string {
  let result = "";
  for (let index = 0; index < text.length;) {
    if (!text.startsWith("sensitive(", index)) result += text[index++];
    else {
      index = endOfCall(text, index + "sensitive".length);
      result += "sensitive";
    }
  }
  return result;
}

function endOfCall(text: string, open: number): number {
  let depth = 0;
  let inText = false;
  for (let index = open; index < text.length; index++) {
    const char = text[index];
    if (inText && char === "\\") index++;
    else if (char === '"') inText = !inText;
    else if (!inText && char === "(") depth++;
    else if (!inText && char === ")" && --depth === 0) return index + 1;
  }
  return text.length;
}
