import { ProtocolError } from "./wire-error.ts";

/** A type of go-cty as its JSON form writes it. Source: go-cty, docs/json.md and docs/types.md. */
export type CtyType =
  | "string"
  | "number"
  | "bool"
  | "dynamic"
  | readonly ["list", CtyType]
  | readonly ["set", CtyType]
  | readonly ["map", CtyType]
  | readonly ["tuple", readonly CtyType[]]
  | readonly ["object", Readonly<Record<string, CtyType>>]
  | readonly ["object", Readonly<Record<string, CtyType>>, readonly string[]];

const MAX_DEPTH = 64;

/** @throws ProtocolError where the JSON is no type. */
export function parseCtyType(json: string): CtyType {
  try {
    return checked(JSON.parse(json), 0);
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    throw new ProtocolError("a type is no JSON");
  }
}

function checked(type: unknown, depth: number): CtyType {
  if (depth > MAX_DEPTH) throw new ProtocolError("a type is nested too deeply");
  if (type === "string" || type === "number" || type === "bool" || type === "dynamic") return type;
  const [kind, inner, optional] = Array.isArray(type) ? (type as unknown[]) : [];
  const below = (other: unknown): CtyType => checked(other, depth + 1);
  if (kind === "list" || kind === "set" || kind === "map") return [kind, below(inner)];
  if (kind === "tuple" && Array.isArray(inner)) return ["tuple", inner.map(below)];
  if (kind === "object" && typeof inner === "object" && inner !== null) {
    const attributes = Object.fromEntries(Object.entries(inner).map(([name, other]) => [name, below(other)]));
    return Array.isArray(optional) ? ["object", attributes, optional.map(String)] : ["object", attributes];
  }
  throw new ProtocolError(`${JSON.stringify(type)} is no type of cty`);
}
