import { withArticle } from "../convert-primitive.ts";
import { convert } from "../convert.ts";
import { isSensitive, mark, withMarks } from "../marks.ts";
import { unify } from "../unify.ts";
import { isKnown, isNull, itemsOf, listValue, tupleValue, unknownValue, type Value } from "../value.ts";
import { FunctionError } from "./definition.ts";
import { isSequence, itemsAt } from "./sequence.ts";

/** The functions that make one list, or choose one value, out of several. */

/** Which argument is chosen tells only that those before it are empty, so only their marks go with it. */
export function coalesce(args: readonly Value[]): Value {
  const types = args.filter((arg) => !(isNull(arg) && arg.type.kind === "dynamic")).map((arg) => arg.type);
  const type = unify(types);
  if (!type) throw new FunctionError("all arguments must have the same type.");
  let secret = false;
  for (const arg of args) {
    secret ||= isSensitive(arg);
    const hide = (value: Value) => (secret ? mark(value) : value);
    if (!isKnown(arg)) return hide(unknownValue(type));
    if (!isNull(arg) && arg.content !== "") return hide(convert(arg, type).value ?? arg);
  }
  throw new FunctionError("all arguments are null or empty.");
}

export function coalesceList(args: readonly Value[]): Value {
  let secret = false;
  for (const [index, arg] of args.entries()) {
    secret ||= isSensitive(arg);
    if (!isKnown(arg)) return secret ? mark(unknownValue()) : unknownValue();
    if (!isNull(arg) && !isSequence(arg.type))
      throw new FunctionError(`a list is required, not ${withArticle(arg.type)}.`, index);
    if (!isNull(arg) && itemsOf(arg).length > 0) return secret ? mark(arg) : arg;
  }
  throw new FunctionError("all arguments are null or empty.");
}

export function concat(args: readonly Value[]): Value {
  const items = args.flatMap((_, index) => itemsAt(args, index, "a list or tuple"));
  const lists = args.map(({ type }) => (type.kind === "list" ? type.element : undefined));
  const element = lists.every((type) => type !== undefined) ? unify(lists) : undefined;
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
  const flat = tupleValue(result);
  return isComplete ? flat : result.some(isSensitive) ? mark(unknownValue()) : unknownValue();
}
