import type { ObjectAttribute, Type } from "./value.ts";

/** Whether two types are the same, optional attributes and their defaults aside. */
export function typesEqual(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  if (a.kind === "tuple" && b.kind === "tuple") {
    return a.elements.length === b.elements.length && a.elements.every((type, i) => typesEqual(type, b.elements[i]!));
  }
  if (a.kind === "object" && b.kind === "object") return attributesEqual(a.attributes, b.attributes);
  return !("element" in a && "element" in b) || typesEqual(a.element, b.element);
}

type Attributes = ReadonlyMap<string, ObjectAttribute>;

function attributesEqual(a: Attributes, b: Attributes): boolean {
  if (a.size !== b.size) return false;
  for (const [name, attribute] of a) {
    const other = b.get(name);
    if (!other || !typesEqual(attribute.type, other.type)) return false;
  }
  return true;
}

export const isPrimitive = (type: Type): boolean =>
  type.kind === "string" || type.kind === "number" || type.kind === "bool";

/** Whether the type leaves anything open (`any`, `list(any)`, an object with an `any` attribute, …). */
export function hasDynamic(type: Type): boolean {
  if (type.kind === "dynamic") return true;
  if (type.kind === "tuple") return type.elements.some(hasDynamic);
  if (type.kind === "object") return [...type.attributes.values()].some((attribute) => hasDynamic(attribute.type));
  return "element" in type && hasDynamic(type.element);
}

/** The type a value of this constraint has: the same without `optional` and defaults. */
export function withoutOptional(type: Type): Type {
  if (type.kind === "tuple") return { kind: "tuple", elements: type.elements.map(withoutOptional) };
  if (type.kind === "object") {
    const attributes = [...type.attributes].map(([name, { type }]) => [name, { type: withoutOptional(type) }] as const);
    return { kind: "object", attributes: new Map(attributes) };
  }
  return "element" in type ? { kind: type.kind, element: withoutOptional(type.element) } : type;
}

/** The words for a type in a message: `list of string`, `object`, `any type`. */
export function describeType(type: Type): string {
  switch (type.kind) {
    case "dynamic":
      return "any type";
    case "list":
    case "set":
    case "map":
      return type.element.kind === "dynamic" ? type.kind : `${type.kind} of ${describeType(type.element)}`;
    default:
      return type.kind;
  }
}

/** The type as a constraint in source text: `list(object({ name = string }))`. */
export function formatType(type: Type): string {
  switch (type.kind) {
    case "dynamic":
      return "any";
    case "list":
    case "set":
    case "map":
      return `${type.kind}(${formatType(type.element)})`;
    case "tuple":
      return `tuple([${type.elements.map(formatType).join(", ")}])`;
    case "object":
      return type.attributes.size === 0 ? "object({})" : `object({ ${formatAttributes(type.attributes)} })`;
    default:
      return type.kind;
  }
}

function formatAttributes(attributes: Attributes): string {
  const format = ([name, { type, optional }]: [string, ObjectAttribute]) =>
    `${name} = ${optional ? `optional(${formatType(type)})` : formatType(type)}`;
  return [...attributes].map(format).join(", ");
}
