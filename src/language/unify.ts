import { isPrimitive, isSequence, typesEqual, type SequenceType } from "./type.ts";
import { DYNAMIC, listOf, mapOf, setOf, STRING, tupleOf, type Type } from "./value.ts";

/**
 * The one type that values of all these types convert to, or undefined when there is none: how the branches of a
 * conditional, or the elements of a list, get a common type. Source: go-cty, `convert.UnifyUnsafe` (MIT; facts only).
 */
export function unify(types: readonly Type[]): Type | undefined {
  const first = types[0];
  if (!first) return DYNAMIC;
  if (types.every((type) => typesEqual(type, first))) return first;
  if (types.some((type) => type.kind === "dynamic")) return DYNAMIC;
  if (types.every(isPrimitive)) return unifyPrimitives(types);
  if (types.every(isKeyed)) return unifyKeyed(types);
  if (types.every(isSequence)) return unifySequences(types);
  return undefined;
}

/** The type of the elements of one collection: nulls and values not known yet take the type of the others. */
export function unifyElements(types: readonly Type[]): Type | undefined {
  const closed = types.filter((type) => type.kind !== "dynamic");
  return closed.length === 0 ? DYNAMIC : unify(closed);
}

/** Numbers and booleans can both become text; without a text among them they have no common type. */
const unifyPrimitives = (types: readonly Type[]): Type | undefined =>
  types.some((type) => type.kind === "string") ? STRING : undefined;

type Keyed = Extract<Type, { kind: "object" | "map" }>;
const isKeyed = (type: Type): type is Keyed => type.kind === "object" || type.kind === "map";

function unifyKeyed(types: readonly Keyed[]): Type | undefined {
  const objects = types.filter((type) => type.kind === "object");
  if (objects.length === types.length && haveSameAttributes(objects)) {
    const attributes = new Map<string, { type: Type }>();
    for (const name of objects[0]!.attributes.keys()) {
      const type = unify(objects.map((object) => object.attributes.get(name)!.type));
      if (!type) return undefined;
      attributes.set(name, { type });
    }
    return { kind: "object", attributes };
  }
  const element = unifyElements(types.flatMap(memberTypes));
  return element && mapOf(element);
}

function haveSameAttributes(objects: readonly Extract<Type, { kind: "object" }>[]): boolean {
  const first = objects[0]!.attributes;
  return objects.every(
    ({ attributes }) => attributes.size === first.size && [...attributes.keys()].every((name) => first.has(name)),
  );
}

function unifySequences(types: readonly SequenceType[]): Type | undefined {
  const tuples = types.filter((type) => type.kind === "tuple");
  const length = tuples[0]?.elements.length ?? 0;
  if (tuples.length === types.length && tuples.every((tuple) => tuple.elements.length === length)) {
    const elements = tuples[0]!.elements.map((_, index) => unify(tuples.map((tuple) => tuple.elements[index]!)));
    if (elements.every((element) => element !== undefined)) return tupleOf(elements);
  }
  const element = unifyElements(types.flatMap(memberTypes));
  if (!element) return undefined;
  return types.some((type) => type.kind !== "set") ? listOf(element) : setOf(element);
}

/** The types of what is in a collection or structure. */
function memberTypes(type: Keyed | SequenceType): readonly Type[] {
  if (type.kind === "object") return [...type.attributes.values()].map((attribute) => attribute.type);
  if (type.kind === "tuple") return type.elements;
  return [type.element];
}
