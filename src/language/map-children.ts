import { typesEqual } from "./type.ts";
import { objectTypeOf, tupleOf, type Type, type Value } from "./value.ts";

/** The same shape of value with every child replaced (the very same value when no child changes); tuple and object types follow the new children. */
export function mapChildren(value: Value, change: (child: Value) => Value): Value {
  const { content, type } = value;
  if (Array.isArray(content)) {
    const items = (content as readonly Value[]).map(change);
    if (items.every((item, index) => item === content[index])) return value;
    return { ...value, type: retype(type, items), content: items };
  }
  if (!(content instanceof Map)) return value;
  const before = content as ReadonlyMap<string, Value>;
  const entries = new Map([...before].map(([key, child]) => [key, change(child)]));
  if ([...entries].every(([key, child]) => child === before.get(key))) return value;
  return { ...value, type: type.kind === "object" ? objectTypeOf(entries) : type, content: entries };
}

function retype(type: Type, items: readonly Value[]): Type {
  if (type.kind !== "tuple") return type;
  const same = items.every((item, index) => typesEqual(item.type, type.elements[index]!));
  return same ? type : tupleOf(items.map((item) => item.type));
}
