import { parseCtyType, type CtyType } from "./cty-type.ts";
import type { CtyJson } from "./cty-json.ts";
import { decodeMessagePack } from "./message-pack-decode.ts";
import { ProtocolError } from "./wire-error.ts";
import { asBytes, isMap, type WireValue } from "./wire-value.ts";

export interface TypedValue {
  readonly value: CtyJson;
  readonly type: CtyType;
}

/**
 * A cty value whose type travels with it: `[type as JSON, value]`. Numbers that MessagePack cannot hold exactly travel
 * as decimal text; unknown values, which no finished data source has, are refused. Source: go-cty, docs/msgpack.md.
 */
export function decodeCtyValue(bytes: Uint8Array): TypedValue {
  const extension = (): never => {
    throw new ProtocolError("a value is unknown");
  };
  return typed(decodeMessagePack(bytes, { extension }));
}

function typed(pair: WireValue): TypedValue {
  // A value that is null as a whole comes without its type.
  if (pair === null) return { value: null, type: "dynamic" };
  if (!Array.isArray(pair) || pair.length !== 2) throw new ProtocolError("a value comes without its type");
  const [typeJson, value] = pair as [WireValue, WireValue];
  const type = parseCtyType(asBytes(typeJson, "a type").toString("utf8"));
  return { type, value: valueOf(value, type) };
}

function valueOf(value: WireValue, type: CtyType): CtyJson {
  if (value === null) return null;
  if (type === "dynamic") return typed(value).value;
  if (typeof type === "string") return primitives[type](value);
  if (type[0] === "map") return mapped(value, () => type[1]);
  if (type[0] === "object") return mapped(value, (name) => attributeType(type[1], name));
  if (!Array.isArray(value)) throw new ProtocolError(`a ${type[0]} is no list`);
  const items = value as readonly WireValue[];
  if (type[0] !== "tuple") return items.map((item) => valueOf(item, type[1]));
  if (items.length !== type[1].length) throw new ProtocolError("a tuple has another length than its type");
  return items.map((item, index) => valueOf(item, type[1][index]!));
}

function mapped(value: WireValue, typeAt: (name: string) => CtyType): CtyJson {
  if (!isMap(value)) throw new ProtocolError("an object is no map");
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, valueOf(item, typeAt(name))]));
}

function attributeType(attributes: Readonly<Record<string, CtyType>>, name: string): CtyType {
  if (!Object.hasOwn(attributes, name)) throw new ProtocolError(`an object has no attribute "${name}"`);
  return attributes[name]!;
}

const primitives: Readonly<Record<"string" | "number" | "bool", (value: WireValue) => CtyJson>> = {
  string: (value) => {
    if (typeof value === "string") return value;
    throw new ProtocolError("a string is no text");
  },
  bool: (value) => {
    if (typeof value === "boolean") return value;
    throw new ProtocolError("a bool is neither true nor false");
  },
  number: (value) => {
    if (typeof value === "number" || typeof value === "bigint") return value;
    if (typeof value === "string") return numberOf(value);
    throw new ProtocolError("a number is none");
  },
};

function numberOf(text: string): number | bigint {
  if (/^-?\d+$/.test(text)) {
    const whole = BigInt(text);
    return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
  }
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new ProtocolError(`"${text}" is no number`);
  return value;
}
