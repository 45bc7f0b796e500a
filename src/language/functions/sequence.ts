import { convert } from "../convert.ts";
import { describeConversionError } from "../conversion.ts";
import { deepMarks, union, withMarks } from "../marks.ts";
import { setValue } from "../set.ts";
import { withArticle } from "../convert-primitive.ts";
import { elementOf, isSequence, typesEqual } from "../type.ts";
import { unifyElements } from "../unify.ts";
import {
  DYNAMIC,
  isWhollyKnown,
  itemsOf,
  listOf,
  listValue,
  NO_MARKS,
  setOf,
  tupleValue,
  unknownValue,
} from "../value.ts";
import type { Mark, Type, Value } from "../value.ts";
import { FunctionError } from "./definition.ts";

/** What the functions on lists, sets and tuples share. */

/** The elements of an argument that must be a list, set or tuple. */
export function itemsAt(args: readonly Value[], index: number, what = "a list, set or tuple"): readonly Value[] {
  const value = args[index]!;
  if (!isSequence(value.type)) throw new FunctionError(`${what} is required, not ${withArticle(value.type)}.`, index);
  return itemsOf(value);
}

/** The elements of an argument that must be a list or tuple: those of a set have no order. */
export function orderedAt(args: readonly Value[], index: number): readonly Value[] {
  if (args[index]!.type.kind === "set")
    throw new FunctionError("elements of a set have no order. Convert it to a list first.", index);
  return itemsAt(args, index, "a list or tuple");
}

/** The type all elements of a sequence have, or have after conversion; dynamic when that is open. */
export function elementType(type: Type): Type {
  if (type.kind === "list" || type.kind === "set") return type.element;
  if (type.kind !== "tuple") return DYNAMIC;
  return unifyElements(type.elements) ?? DYNAMIC;
}

/** The argument as a list: elements of a tuple are converted to one type, and it is an error if there is none. */
export function asList(value: Value, index: number): { readonly element: Type; readonly items: readonly Value[] } {
  if (!isSequence(value.type))
    throw new FunctionError(`a list, set or tuple is required, not ${withArticle(value.type)}.`, index);
  const result = convert(value, listOf(DYNAMIC));
  if (!result.value) throw new FunctionError(`${describeConversionError(result.error)}.`, index);
  return { element: elementOf(result.value.type) ?? DYNAMIC, items: itemsOf(result.value) };
}

/** Elements of the same kind of sequence as the argument was: a tuple stays a tuple. */
export function sequenceLike(type: Type, items: readonly Value[]): Value {
  if (type.kind === "list" || type.kind === "set") return listValue(type.element, items);
  const first = items[0]?.type;
  if (!first || type.kind !== "dynamic") return tupleValue(items);
  const areSame = items.every((item) => typesEqual(item.type, first));
  return areSame ? listValue(first, items) : tupleValue(items);
}

/** Several arguments as sets of one element type. */
export function asSets(args: readonly Value[]): {
  readonly element: Type;
  readonly sets: readonly (readonly Value[])[];
  readonly known: boolean;
  readonly marks: ReadonlySet<Mark>;
} {
  const types = args.map(({ type }, index) => {
    if (!isSequence(type) && type.kind !== "dynamic")
      throw new FunctionError(`a set is required, not ${withArticle(type)}.`, index);
    return type;
  });
  const elements = types.flatMap(elementTypes);
  const element = unifyElements(elements);
  if (!element) throw new FunctionError("the elements of all the sets must have the same type.");
  const marks = args.reduce((all, arg) => union(all, deepMarks(arg)), NO_MARKS);
  if (!args.every(isWhollyKnown)) return { element, sets: [], known: false, marks };
  const sets = args.map((arg, index) => {
    const result = convert(arg, setOf(element));
    if (!result.value) throw new FunctionError(`${describeConversionError(result.error)}.`, index);
    return itemsOf(result.value);
  });
  return { element, sets, known: true, marks };
}

function elementTypes(type: Type): readonly Type[] {
  return type.kind === "tuple" ? type.elements : [elementType(type)];
}

export function setResult({ element, marks, known }: ReturnType<typeof asSets>, items: () => readonly Value[]): Value {
  if (!known) return withMarks(unknownValue(setOf(element)), marks);
  return withMarks(setValue(element, items()), marks);
}
