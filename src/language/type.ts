import type { ObjectAttribute, Type } from "./value.ts";

/** Whether two types are the same, optional attributes and their defaults aside. */
export function typesEqual(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  if (a.kind === "tuple" && b.kind === "tuple") {
    return a.elements.length === b.elements.length && a.elements.every((type, i) => typesEqual(type, b.elements[i]!));
  }
  if (a.kind === "object" && b.kind === "object") return attributesEqual(a.attributes, b.attributes);
  return !(isCollection(a) && isCollection(b)) || typesEqual(a.element, b.element);
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

type CollectionType = Extract<Type, { readonly element: Type }>;
export type SequenceType = Extract<Type, { kind: "list" | "set" | "tuple" }>;

export const isCollection = (type: Type): type is CollectionType => "element" in type;

export const isSequence = (type: Type): type is SequenceType =>
  type.kind === "list" || type.kind === "set" || type.kind === "tuple";

/** What the elements of a list, set or map are. */
export const elementOf = (type: Type): Type | undefined => (isCollection(type) ? type.element : undefined);

export const isPrimitive = (type: Type): boolean =>
  type.kind === "string" || type.kind === "number" || type.kind === "bool";

/** Whether the type leaves anything open (`any`, `list(any)`, an object with an `any` attribute, …). */
export function hasDynamic(type: Type): boolean {
  if (type.kind === "dynamic") return true;
  if (type.kind === "tuple") return type.elements.some(hasDynamic);
  if (type.kind === "object") return [...type.attributes.values()].some((attribute) => hasDynamic(attribute.type));
  return isCollection(type) && hasDynamic(type.element);
}

/** The type a value of this constraint has: the same without `optional` and defaults. */
export function withoutOptional(type: Type): Type {
  if (type.kind === "tuple") return { kind: "tuple", elements: type.elements.map(withoutOptional) };
  if (type.kind === "object") {
    const attributes = [...type.attributes].map(([name, { type }]) => [name, { type: withoutOptional(type) }] as const);
    return { kind: "object", attributes: new Map(attributes) };
  }
  if (isCollection(type)) return { kind: type.kind, element: withoutOptional(type.element) };
  return type;
}

/** The words for a type in a message: `list of string`, `object`, `any type`. */
export function describeType(type: Type): string {
  switch (type.kind) {
    case "dynamic":
      return "any type";
    case "list":
    case "set":
    case "map":
      if (type.element.kind === "dynamic") return type.kind;
      return `${type.kind} of ${describeType(type.element)}`;
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
      if (type.attributes.size === 0) return "object({})";
      return `object({ ${formatAttributes(type.attributes)} })`;
    default:
      return type.kind;
  }
}

function formatAttributes(attributes: Attributes): string {
  return [...attributes].map(([name, attribute]) => `${name} = ${formatAttribute(attribute)}`).join(", ");
}

function formatAttribute({ type, optional }: ObjectAttribute): string {
  if (optional) return `optional(${formatType(type)})`;
  return formatType(type);
}
