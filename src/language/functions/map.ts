import { didYouMean } from "../../lib/did-you-mean.ts";
import { withArticle } from "../convert-primitive.ts";
import { convert } from "../convert.ts";
import { graphemeLength } from "../grapheme.ts";
import { orderingKey, setValue } from "../set.ts";
import { describeType, typesEqual } from "../type.ts";
import { unify } from "../unify.ts";
import {
  DYNAMIC,
  entriesOf,
  isKnown,
  isNull,
  itemsOf,
  listOf,
  listValue,
  mapOf,
  mapValue,
  NUMBER,
  numberValue,
} from "../value.ts";
import {
  objectValue,
  STRING,
  stringValue,
  textOf,
  tupleOf,
  tupleValue,
  unknownValue,
  type Type,
  type Value,
} from "../value.ts";
import { anyParam, limitSize, stringParam, textAt, textList, textListParam, textsAt } from "./arguments.ts";
import { FunctionError, type FunctionDeclaration } from "./definition.ts";
import { asSets, elementType, itemsAt, orderedAt, setResult } from "./sequence.ts";

const mapParam = anyParam("map", { depth: "shallow" });
const setParam = anyParam("sets", { depth: "raw" });

function entriesAt(args: readonly Value[], index: number): ReadonlyMap<string, Value> {
  const value = args[index]!;
  if (value.type.kind === "map" || value.type.kind === "object") return entriesOf(value);
  throw new FunctionError(`a map or object is required, not ${withArticle(value.type)}.`, index);
}

export const mapFunctions: readonly FunctionDeclaration[] = [
  {
    name: "keys",
    group: "collection",
    parameters: [mapParam],
    returns: ([map]) => typeOfKeys(map!.type),
    description: "The keys of a map or object, in order.",
    example: ["keys({ a = 1, b = 2 })", '["a", "b"]'],
    call: (args) => {
      const keys = [...entriesAt(args, 0).keys()];
      if (args[0]!.type.kind === "object") return tupleValue(keys.map(stringValue));
      return textList(keys);
    },
  },
  {
    name: "values",
    group: "collection",
    parameters: [mapParam],
    returns: ([map]) => fromElement(map!.type, "map", listOf),
    description: "The values of a map or object, in the order of its keys.",
    example: ["values({ a = 1, b = 2 })", "[1, 2]"],
    call: (args) => {
      const values = [...entriesAt(args, 0).values()];
      const { type } = args[0]!;
      if (type.kind === "map") return listValue(type.element, values);
      return tupleValue(values);
    },
  },
  {
    name: "length",
    group: "collection",
    parameters: [anyParam("value", { depth: "shallow" })],
    returns: NUMBER,
    description: "The number of elements of a list, set, map, tuple or object, or of characters of a text.",
    example: ['length(["a", "b"])', "2"],
    call: lengthOf,
  },
  {
    name: "lookup",
    group: "collection",
    parameters: [mapParam, stringParam("key")],
    variadic: anyParam("default", { allowNull: true, depth: "raw" }),
    returns: ([map]) => fromElement(map!.type, "map", (element) => element),
    description: "The element of a map or object with the given key, or the default when there is none.",
    example: ['lookup({ a = "ay" }, "c", "what?")', '"what?"'],
    call: lookUp,
  },
  {
    name: "merge",
    group: "collection",
    parameters: [],
    variadic: anyParam("maps", { allowNull: true, depth: "shallow" }),
    returns: DYNAMIC,
    description:
      "All elements of several maps or objects in one. Of equal keys the last wins. Null arguments are skipped.",
    example: ['merge({ a = "b" }, { c = "d" })', '{ a = "b", c = "d" }'],
    call: merge,
  },
  {
    name: "transpose",
    group: "collection",
    parameters: [{ name: "map", type: mapOf(listOf(STRING)) }],
    returns: mapOf(listOf(STRING)),
    description: "Turns a map of lists of texts around: each text becomes a key with the list of keys it was under.",
    example: ['transpose({ a = ["1", "2"], b = ["2"] })', '{ "1" = ["a"], "2" = ["a", "b"] }'],
    call: transpose,
  },
  {
    name: "zipmap",
    group: "collection",
    parameters: [textListParam("keys"), anyParam("values", { depth: "shallow" })],
    returns: ([, values]) => fromElement(values!.type, "list", mapOf),
    description: "A map from a list of keys and a list of values.",
    example: ['zipmap(["a", "b"], [1, 2])', "{ a = 1, b = 2 }"],
    call: (args) => {
      const keys = textsAt(args, 0);
      const values = orderedAt(args, 1);
      if (keys.length !== values.length)
        throw new FunctionError(`there must be as many keys as values, not ${keys.length} and ${values.length}.`);
      const entries = keys.map((key, index) => [key, values[index]!] as const);
      const { type } = args[1]!;
      if (type.kind === "list") return mapValue(type.element, entries);
      return objectValue(entries);
    },
  },
  {
    name: "setintersection",
    group: "collection",
    parameters: [setParam],
    variadic: setParam,
    returns: DYNAMIC,
    description: "The elements that are in all of the sets.",
    example: ['setintersection(["a", "b"], ["b", "c"])', 'toset(["b"])'],
    call: (args) => combineSets(args, (inOthers, count) => inOthers === count),
  },
  {
    name: "setunion",
    group: "collection",
    parameters: [setParam],
    variadic: setParam,
    returns: DYNAMIC,
    description: "The elements that are in any of the sets.",
    example: ['setunion(["a", "b"], ["b", "c"])', 'toset(["a", "b", "c"])'],
    call: (args) => {
      const sets = asSets(args);
      return setResult(sets, () => sets.sets.flat());
    },
  },
  {
    name: "setsubtract",
    group: "collection",
    parameters: [anyParam("a", { depth: "raw" }), anyParam("b", { depth: "raw" })],
    returns: DYNAMIC,
    description: "The elements of the first set that are not in the second.",
    example: ['setsubtract(["a", "b"], ["b"])', 'toset(["a"])'],
    call: (args) => combineSets(args, (inOthers) => inOthers === 0),
  },
  {
    name: "setproduct",
    group: "collection",
    parameters: [anyParam("sets"), anyParam("sets")],
    variadic: anyParam("sets"),
    returns: DYNAMIC,
    description: "All combinations of one element from each of two or more sets or lists.",
    example: ['setproduct(["a", "b"], [1, 2])', '[["a", 1], ["a", 2], ["b", 1], ["b", 2]]'],
    call: setProduct,
  },
];

function typeOfKeys(type: Type): Type {
  if (type.kind === "object") return tupleOf([...type.attributes].map(() => STRING));
  return listOf(STRING);
}

/** A type made from the element type of a collection of this kind; dynamic for anything else. */
function fromElement(type: Type, kind: "list" | "map", make: (element: Type) => Type): Type {
  return type.kind === kind ? make(type.element) : DYNAMIC;
}

function lengthOf(args: readonly Value[]): Value {
  const value = args[0]!;
  const { content, type } = value;
  if (typeof content === "string") return numberValue(graphemeLength(content));
  if (content instanceof Map) return numberValue(content.size);
  if (!Array.isArray(content))
    throw new FunctionError(`a collection or text is required, not ${withArticle(type)}.`, 0);
  // Unknown elements of a set may turn out equal to others.
  const mayShrink = type.kind === "set" && content.length > 1 && itemsOf(value).some((item) => !isKnown(item));
  return mayShrink ? unknownValue(NUMBER) : numberValue(content.length);
}

function lookUp(args: readonly Value[]): Value {
  const entries = entriesAt(args, 0);
  const key = textAt(args, 1);
  if (args.length > 3) throw new FunctionError("it takes at most three arguments: map, key and default.");
  const fallback = args[2] && asElement(args[2], args[0]!.type);
  const result = entries.get(key) ?? fallback;
  if (result) return result;
  const suggestion = didYouMean(key, entries.keys());
  throw new FunctionError(
    `there is no element with the key ${JSON.stringify(key)}, and no default is given.${suggestion}`,
    1,
  );
}

function asElement(fallback: Value, type: Type): Value {
  if (type.kind !== "map") return fallback;
  const { value } = convert(fallback, type.element);
  if (value) return value;
  throw new FunctionError(`the default must have the type of the elements, ${describeType(type.element)}.`, 2);
}

function merge(args: readonly Value[]): Value {
  const given = args.filter((arg) => !isNull(arg));
  const entries = new Map<string, Value>();
  for (const [index, arg] of args.entries()) {
    checkMergeable(arg, index);
    if (!isNull(arg)) for (const [key, value] of entriesAt(args, index)) entries.set(key, value);
  }
  const first = given[0]?.type;
  const isUniform = first?.kind === "map" && given.every((arg) => typesEqual(arg.type, first));
  if (isUniform) return mapValue(first.element, entries);
  return objectValue(entries);
}

/** A null of another type than a map or object is as wrong as a value of it. */
function checkMergeable({ type }: Value, index: number): void {
  if (type.kind === "map" || type.kind === "object" || type.kind === "dynamic") return;
  throw new FunctionError(`a map or object is required, not ${withArticle(type)}.`, index);
}

function transpose(args: readonly Value[]): Value {
  const result = new Map<string, Value[]>();
  for (const [key, list] of entriesOf(args[0]!)) {
    if (isNull(list)) throw new FunctionError(`the list of the key ${JSON.stringify(key)} is null.`, 0);
    for (const item of itemsOf(list)) {
      if (isNull(item)) throw new FunctionError(`the list of the key ${JSON.stringify(key)} has a null.`, 0);
      const texts = result.get(textOf(item)) ?? [];
      result.set(textOf(item), [...texts, stringValue(key)]);
    }
  }
  return mapValue(
    listOf(STRING),
    [...result].map(([key, texts]) => [key, listValue(STRING, texts)]),
  );
}

/** Elements of the first set for which the number of other sets they are in passes the test. */
function combineSets(args: readonly Value[], test: (inOthers: number, others: number) => boolean): Value {
  const all = asSets(args);
  return setResult(all, () => {
    const [first = [], ...others] = all.sets;
    const keysOf = (items: readonly Value[]) => new Set(items.map(orderingKey));
    const otherKeys = others.map(keysOf);
    return first.filter((item) => test(otherKeys.filter((keys) => keys.has(orderingKey(item))).length, others.length));
  });
}

function setProduct(args: readonly Value[]): Value {
  const lists = args.map((_, index) => itemsAt(args, index));
  limitSize(lists.reduce((count, list) => count * list.length, lists.length) * 100);
  let rows: (readonly Value[])[] = [[]];
  for (const list of lists) rows = rows.flatMap((row) => list.map((item) => [...row, item]));
  const elements = args.map((arg) => elementType(arg.type));
  const typed = rows.map((row) => tupleValue(row.map((item, index) => convert(item, elements[index]!).value ?? item)));
  const element = unify(typed.map((row) => row.type)) ?? tupleOf(elements);
  if (args.every((arg) => arg.type.kind === "set")) return setValue(element, typed);
  if (typed.length === 0) return listValue(tupleOf(elements), []);
  return listValue(element, typed);
}
