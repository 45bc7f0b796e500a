import fc from "fast-check";
import { valueFromJs } from "../../src/language/from-js.ts";
import { mark } from "../../src/language/marks.ts";
import { BOOL, NUMBER, STRING, childrenOf, type Type, type Value } from "../../src/language/value.ts";
import { mapChildren } from "../../src/language/map-children.ts";

/** Random data and expressions for property tests. */

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

const text = fc.string().map((text) => text.normalize("NFC"));

/** Texts are normalised and there is no -0, since values do not tell these apart. */
export const jsonData: fc.Arbitrary<Json> = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    text,
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(
      text.filter((key) => key !== "__proto__"),
      tie("tree"),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).tree;

export const primitiveType: fc.Arbitrary<Type> = fc.constantFrom(STRING, NUMBER, BOOL);

/** The data as a value with one part of it sensitive. */
export function sensitiveAt(data: fc.Arbitrary<Json>): fc.Arbitrary<Value> {
  return fc.tuple(data, fc.nat()).map(([data, seed]) => markOne(valueFromJs(data), seed));
}

function markOne(value: Value, seed: number): Value {
  const children = childrenOf(value);
  const choice = seed % (children.length + 1);
  if (choice === children.length) return mark(value);
  const chosen = children[choice]!;
  let isDone = false;
  return mapChildren(value, (child) => {
    if (child !== chosen || isDone) return child;
    isDone = true;
    return markOne(child, Math.floor(seed / (children.length + 1)));
  });
}
