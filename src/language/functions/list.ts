import { valuesEqual } from "../equal.ts";
import { compareStrings } from "../compare-strings.ts";
import { orderingKey } from "../set.ts";
import {
  boolValue,
  BOOL,
  decimalOf,
  DYNAMIC,
  isNull,
  itemsOf,
  listOf,
  listValue,
  NUMBER,
  nullValue,
  numberValue,
} from "../value.ts";
import { STRING, truthOf, tupleOf, type Type, type Value } from "../value.ts";
import { numberFrom } from "../number.ts";
import { anyParam, integerAt, numberParam, textList, textListParam, textsAt } from "./arguments.ts";
import { FunctionError, type FunctionDeclaration } from "./definition.ts";
import { coalesce, coalesceList, concat, flatten } from "./combine.ts";
import { range } from "./range.ts";
import { asList, elementType, itemsAt, orderedAt, sequenceLike } from "./sequence.ts";

const listParam = (name = "list") => anyParam(name, { depth: "shallow" });

const sameType = ([list]: readonly Value[]): Type => asListType(list!.type);

/** A set becomes a list; anything else keeps its type. */
function asListType(type: Type): Type {
  return type.kind === "set" ? listOf(type.element) : type;
}

function reversedType(type: Type): Type {
  return type.kind === "tuple" ? tupleOf([...type.elements].reverse()) : asListType(type);
}

export const listFunctions: readonly FunctionDeclaration[] = [
  {
    name: "alltrue",
    group: "collection",
    parameters: [{ name: "list", type: listOf(BOOL) }],
    returns: BOOL,
    description: "Whether all elements are true. Null counts as false; an empty list gives true.",
    example: ["alltrue([true, false])", "false"],
    call: (args) => boolValue(itemsOf(args[0]!).every((item) => !isNull(item) && truthOf(item))),
  },
  {
    name: "anytrue",
    group: "collection",
    parameters: [{ name: "list", type: listOf(BOOL) }],
    returns: BOOL,
    description: "Whether any element is true. Null is ignored; an empty list gives false.",
    example: ["anytrue([true, false])", "true"],
    call: (args) => boolValue(itemsOf(args[0]!).some((item) => !isNull(item) && truthOf(item))),
  },
  {
    name: "chunklist",
    group: "collection",
    parameters: [listParam(), numberParam("size")],
    returns: ([list]) => listOf(listOf(elementType(list!.type))),
    description: "Divides a list into lists of at most the given size. The size 0 gives one list with everything.",
    example: ['chunklist(["a", "b", "c"], 2)', '[["a", "b"], ["c"]]'],
    call: (args) => {
      const { element, items } = asList(args[0]!, 0);
      const size = integerAt(args, 1, 0) || Math.max(items.length, 1);
      const count = Math.ceil(items.length / size);
      const chunks = Array.from({ length: count }, (_, index) =>
        listValue(element, items.slice(index * size, (index + 1) * size)),
      );
      return listValue(listOf(element), chunks);
    },
  },
  {
    name: "coalesce",
    group: "collection",
    parameters: [anyParam("values", { allowNull: true, depth: "raw" })],
    variadic: anyParam("values", { allowNull: true, depth: "raw" }),
    returns: DYNAMIC,
    description: "The first argument that is neither null nor an empty text.",
    example: ['coalesce(null, "b", "c")', '"b"'],
    call: coalesce,
  },
  {
    name: "coalescelist",
    group: "collection",
    parameters: [anyParam("lists", { allowNull: true, depth: "raw" })],
    variadic: anyParam("lists", { allowNull: true, depth: "raw" }),
    returns: DYNAMIC,
    description: "The first argument that is neither null nor an empty list.",
    example: ['coalescelist([], ["b"])', '["b"]'],
    call: coalesceList,
  },
  {
    name: "compact",
    group: "collection",
    parameters: [textListParam("list")],
    returns: listOf(STRING),
    description: "The list without empty texts and nulls.",
    example: ['compact(["a", "", "b"])', '["a", "b"]'],
    call: (args) =>
      listValue(
        STRING,
        itemsOf(args[0]!).filter((item) => !isNull(item) && item.content !== ""),
      ),
  },
  {
    name: "concat",
    group: "collection",
    parameters: [listParam("lists")],
    variadic: listParam("lists"),
    returns: DYNAMIC,
    description: "All the lists, one after the other, as one list.",
    example: ['concat(["a"], ["b", "c"])', '["a", "b", "c"]'],
    call: concat,
  },
  {
    name: "contains",
    group: "collection",
    parameters: [anyParam("list"), anyParam("value")],
    returns: BOOL,
    description: "Whether a list, set or tuple has an element equal to the value.",
    example: ['contains(["a", "b"], "b")', "true"],
    call: (args) => boolValue(indexOf(itemsAt(args, 0), args[1]!) >= 0),
  },
  {
    name: "distinct",
    group: "collection",
    parameters: [anyParam("list")],
    returns: ([list]) => listOf(elementType(list!.type)),
    description: "The list with each value only once, in the order of first occurrence.",
    example: ['distinct(["b", "a", "b"])', '["b", "a"]'],
    call: (args) => {
      const { element, items } = asList(args[0]!, 0);
      const first = new Map(items.map((item) => [orderingKey(item), item] as const).reverse());
      return listValue(
        element,
        items.filter((item) => first.get(orderingKey(item)) === item),
      );
    },
  },
  {
    name: "element",
    group: "collection",
    parameters: [listParam(), numberParam("index")],
    returns: ([list]) => elementType(list!.type),
    description:
      "The element at an index, counted from 0. An index beyond the end starts again at the beginning; a negative one is an error.",
    example: ['element(["a", "b", "c"], 4)', '"b"'],
    call: (args) => {
      const items = orderedAt(args, 0);
      if (items.length === 0) throw new FunctionError("an empty list has no elements.", 0);
      return items[integerAt(args, 1, 0) % items.length]!;
    },
  },
  {
    name: "flatten",
    group: "collection",
    parameters: [anyParam("list", { depth: "shallow" })],
    returns: DYNAMIC,
    description: "Replaces every list inside the list, at any depth, by its elements.",
    example: ['flatten([["a", "b"], [], ["c"]])', '["a", "b", "c"]'],
    call: (args) => flatten(itemsAt(args, 0)),
  },
  {
    name: "index",
    group: "collection",
    parameters: [anyParam("list"), anyParam("value")],
    returns: NUMBER,
    description: "The index of the first element equal to the value. A value that is not there is an error.",
    example: ['index(["a", "b", "c"], "b")', "1"],
    call: (args) => {
      if (args[0]!.type.kind === "set") throw new FunctionError("elements of a set have no index.", 0);
      const position = indexOf(itemsAt(args, 0, "a list or tuple"), args[1]!);
      if (position < 0) throw new FunctionError("the list has no such element.", 1);
      return numberValue(position);
    },
  },
  {
    name: "one",
    group: "collection",
    parameters: [listParam()],
    returns: ([list]) => elementType(list!.type),
    description: "The only element of a list, or null when it is empty. More than one element is an error.",
    example: ['one(["a"])', '"a"'],
    call: (args) => {
      const items = itemsAt(args, 0);
      if (items.length > 1)
        throw new FunctionError(`a list with at most one element is required, and this one has ${items.length}.`, 0);
      return items[0] ?? nullValue(elementType(args[0]!.type));
    },
  },
  {
    name: "matchkeys",
    group: "collection",
    parameters: [anyParam("values"), anyParam("keys"), anyParam("searchset")],
    returns: ([values]) => listOf(elementType(values!.type)),
    description: "Those values whose key, at the same index of the second list, is in the third list.",
    example: ['matchkeys(["i-1", "i-2"], ["west", "east"], ["east"])', '["i-2"]'],
    call: (args) => {
      const { element, items } = asList(args[0]!, 0);
      const keys = asList(args[1]!, 1).items;
      const wanted = asList(args[2]!, 2).items;
      if (keys.length !== items.length) throw new FunctionError("values and keys must be equally long.", 1);
      return listValue(
        element,
        items.filter((_, position) => indexOf(wanted, keys[position]!) >= 0),
      );
    },
  },
  {
    name: "range",
    group: "number",
    parameters: [numberParam("numbers")],
    variadic: numberParam("numbers"),
    returns: listOf(NUMBER),
    description:
      "A list of numbers: range(limit), range(start, limit) or range(start, limit, step). The limit itself is not included.",
    example: ["range(1, 8, 2)", "[1, 3, 5, 7]"],
    call: range,
  },
  {
    name: "reverse",
    group: "collection",
    parameters: [listParam()],
    returns: ([list]) => reversedType(list!.type),
    description: "The elements of a list in reverse order.",
    example: ['reverse(["a", "b", "c"])', '["c", "b", "a"]'],
    call: (args) => sequenceLike(args[0]!.type, [...itemsAt(args, 0)].reverse()),
  },
  {
    name: "slice",
    group: "collection",
    parameters: [listParam(), numberParam("start"), numberParam("end")],
    returns: ([list]) => (list!.type.kind === "tuple" ? DYNAMIC : sameType([list!])),
    description: "The elements from one index up to, but not including, another.",
    example: ['slice(["a", "b", "c", "d"], 1, 3)', '["b", "c"]'],
    call: (args) => {
      const items = orderedAt(args, 0);
      const end = integerAt(args, 2, 0, items.length);
      return sequenceLike(args[0]!.type, items.slice(integerAt(args, 1, 0, end), end));
    },
  },
  {
    name: "sort",
    group: "collection",
    parameters: [textListParam("list")],
    returns: listOf(STRING),
    description: "The texts of a list in order of their Unicode code points.",
    example: ['sort(["b", "a"])', '["a", "b"]'],
    call: (args) => textList([...textsAt(args, 0)].sort(compareStrings)),
  },
  {
    name: "sum",
    group: "number",
    parameters: [{ name: "list", type: listOf(NUMBER) }],
    returns: NUMBER,
    description: "The sum of the numbers in a list, which must not be empty.",
    example: ["sum([10, 13, 6])", "29"],
    call: (args) => {
      const items = itemsOf(args[0]!);
      if (items.length === 0) throw new FunctionError("an empty list has no sum.", 0);
      if (items.some(isNull)) throw new FunctionError("an element is null.", 0);
      return numberValue(items.reduce((sum, item) => sum.plus(decimalOf(item)), numberFrom(0)));
    },
  },
];

export function indexOf(items: readonly Value[], value: Value): number {
  return items.findIndex((item) => valuesEqual(item, value) === true);
}
