import { encodeCtyJson, type CtyJson } from "../wire/cty-json.ts";
import type { CtyType } from "../wire/cty-type.ts";
import type { ConfigSpec, SpecBlock } from "../wire/config-spec.ts";
import { isMap, type WireMap, type WireValue } from "../wire/wire-value.ts";

/**
 * A configuration in the form in which a component may be given one again and again: it forgets the one before. Every value
 * has the type that the component says. `undefined` where one cannot be brought into it.
 */
export function ctyConfig(config: WireMap, spec: ConfigSpec): Buffer | undefined {
  try {
    const type = objectType(spec);
    const value = objectValue(config, spec);
    const given = Object.keys(value).map((name): [string, CtyType] => [name, type[name]!]);
    return encodeCtyJson(value, ["object", Object.fromEntries(given)]);
  } catch (error) {
    if (error instanceof OtherType) return undefined;
    throw error;
  }
}

class OtherType extends Error {}

function objectType({ attributes, blocks }: ConfigSpec): Readonly<Record<string, CtyType>> {
  const simple = Object.entries(attributes).map(([name, { type }]): [string, CtyType] => [name, type]);
  const nested = Object.entries(blocks).map(([name, block]): [string, CtyType] => [name, blockType(block)]);
  return Object.fromEntries([...simple, ...nested]);
}

function blockType({ repeated, spec }: SpecBlock): CtyType {
  const type: CtyType = ["object", objectType(spec)];
  return repeated ? ["list", type] : type;
}

function objectValue(config: WireMap, { attributes, blocks }: ConfigSpec): Readonly<Record<string, CtyJson>> {
  const entries = Object.entries(config).map(([name, value]): [string, CtyJson] => {
    if (Object.hasOwn(attributes, name)) return [name, valueOf(value, attributes[name]!.type)];
    if (Object.hasOwn(blocks, name)) return [name, blockValue(value, blocks[name]!)];
    throw new OtherType();
  });
  return Object.fromEntries(entries);
}

/** Blocks of one list must all have the same attributes. */
function blockValue(value: WireValue, { repeated, spec }: SpecBlock): CtyJson {
  if (value === null) return null;
  if (repeated) return listOf(value).map((item) => blockValue(item, { repeated: false, required: false, spec }));
  if (!isMap(value)) throw new OtherType();
  const names = [...Object.keys(spec.attributes), ...Object.keys(spec.blocks)];
  const nothing = Object.fromEntries(names.map((name) => [name, null]));
  return { ...nothing, ...objectValue(value, spec) };
}

function valueOf(value: WireValue, type: CtyType): CtyJson {
  if (value === null) return null;
  if (type === "string") return textOf(value);
  if (type === "number") return numberOf(value);
  if (type === "bool") return flagOf(value);
  if (type === "dynamic" || type[0] === "tuple" || type[0] === "object") throw new OtherType();
  if (type[0] !== "map") return listOf(value).map((item) => valueOf(item, type[1]));
  if (!isMap(value)) throw new OtherType();
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, valueOf(item, type[1])]));
}

function listOf(value: WireValue): readonly WireValue[] {
  if (!Array.isArray(value)) throw new OtherType();
  return value as readonly WireValue[];
}

function textOf(value: WireValue): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  throw new OtherType();
}

function numberOf(value: WireValue): number | bigint {
  if (typeof value === "number" || typeof value === "bigint") return value;
  throw new OtherType();
}

function flagOf(value: WireValue): boolean {
  if (typeof value === "boolean") return value;
  throw new OtherType();
}
