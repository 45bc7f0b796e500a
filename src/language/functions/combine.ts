import { withArticle } from "../convert-primitive.ts";
import { convert } from "../convert.ts";
import { union, withMarks } from "../marks.ts";
import { isSequence } from "../type.ts";
import { unify } from "../unify.ts";
import { isKnown, isNull, itemsOf, listValue, NO_MARKS, tupleValue, unknownValue, type Value } from "../value.ts";
import { FunctionError } from "./definition.ts";
import { orderedAt } from "./sequence.ts";

/** The functions that make one list, or choose one value, out of several. */

/** The choice of an argument reveals only that those before it are empty, so only their marks are added. */
export function coalesce(args: readonly Value[]): Value {
  const types = args.filter((arg) => !(isNull(arg) && arg.type.kind === "dynamic")).map((arg) => arg.type);
  const type = unify(types);
  if (!type) throw new FunctionError("all arguments must have the same type.");
  let marks = NO_MARKS;
  for (const arg of args) {
    marks = union(marks, arg.marks);
    if (!isKnown(arg)) return withMarks(unknownValue(type), marks);
    if (!isNull(arg) && arg.content !== "") return withMarks(convert(arg, type).value ?? arg, marks);
  }
  throw new FunctionError("all arguments are null or empty.");
}

export function coalesceList(args: readonly Value[]): Value {
  for (const [index, { type, content }] of args.entries()) {
    const isOpen = type.kind === "dynamic" && content !== null;
    if (type.kind !== "list" && type.kind !== "tuple" && !isOpen)
      throw new FunctionError(`a list or tuple is required, not ${withArticle(type)}.`, index);
  }
  let marks = NO_MARKS;
  for (const arg of args) {
    marks = union(marks, arg.marks);
    if (!isKnown(arg)) return withMarks(unknownValue(), marks);
    if (!isNull(arg) && itemsOf(arg).length > 0) return withMarks(arg, marks);
  }
  throw new FunctionError("all arguments are null or empty.");
}

export function concat(args: readonly Value[]): Value {
  const items = args.flatMap((_, index) => orderedAt(args, index));
  const lists = args.map(({ type }) => type).filter((type) => type.kind === "list");
  if (lists.length < args.length) return tupleValue(items);
  const element = unify(lists.map((type) => type.element));
  if (!element) return tupleValue(items);
  return listValue(
    element,
    items.map((item) => convert(item, element).value ?? item),
  );
}

/** Lists inside keep their secrecy: what comes out of a secret list is secret. */
export function flatten(items: readonly Value[]): Value {
  const result: Value[] = [];
  const queue = [...items].reverse();
  let isComplete = true;
  for (let item = queue.pop(); item; item = queue.pop()) {
    const { marks } = item;
    if (!isSequence(item.type) || isNull(item)) {
      if (!isKnown(item) && item.type.kind === "dynamic") isComplete = false;
      result.push(item);
    } else if (!isKnown(item)) isComplete = false;
    else for (const inner of [...itemsOf(item)].reverse()) queue.push(withMarks(inner, marks));
  }
  if (isComplete) return tupleValue(result);
  const marks = result.reduce((all, item) => union(all, item.marks), NO_MARKS);
  return withMarks(unknownValue(), marks);
}
