import type { CtyType } from "./cty-type.ts";
import { decodeFields, type Field } from "./protobuf.ts";
import { ProtocolError } from "./wire-error.ts";

/** What a component of a plugin takes: the schema it gives out. JSON data. */
export interface ConfigSpec {
  readonly attributes: Readonly<Record<string, SpecAttribute>>;
  readonly blocks: Readonly<Record<string, SpecBlock>>;
}

export interface SpecAttribute {
  readonly type: CtyType;
  /** Hardly any plugin says it: what is mandatory is found out when it prepares. */
  readonly required: boolean;
}

export interface SpecBlock {
  /** Whether it may come several times. */
  readonly repeated: boolean;
  readonly required: boolean;
  readonly spec: ConfigSpec;
}

/**
 * Attributes that every component lists and no user writes: what Packer tells its components about the run
 * (`sdk: common.PackerConfig`).
 */
export const BOOKKEEPING: ReadonlySet<string> = new Set([
  "packer_build_name",
  "packer_builder_type",
  "packer_core_version",
  "packer_debug",
  "packer_force",
  "packer_on_error",
  "packer_sensitive_variables",
  "packer_user_variables",
]);

const MAX_DEPTH = 32;

/** Decodes a protobuf message `Spec` of Packer's SDK (`rpc/hcl_spec.proto`) that holds an object. @throws ProtocolError. */
export function decodeConfigSpec(message: Buffer): ConfigSpec {
  return objectSpec(message, 0);
}

function objectSpec(spec: Buffer, depth: number): ConfigSpec {
  const object = decodeFields(spec).find(({ number }) => number === KIND.object)?.value;
  if (!(object instanceof Buffer)) throw new ProtocolError("a schema holds no attributes");
  return body(mapEntries(decodeFields(object), 1), depth);
}

type Entry = readonly [name: string, spec: Buffer];

function body(entries: readonly Entry[], depth: number): ConfigSpec {
  if (depth > MAX_DEPTH) throw new ProtocolError("a schema is nested too deeply");
  const attributes: [string, SpecAttribute][] = [];
  const blocks: [string, SpecBlock][] = [];
  for (const [key, spec] of entries) {
    const one = decodeFields(spec).at(-1);
    if (!one || typeof one.value === "number") throw new ProtocolError(`the schema of "${key}" is empty`);
    const fields = decodeFields(one.value);
    const name = textField(fields, 1) || key;
    if (one.number === KIND.attribute) attributes.push([name, attribute(fields)]);
    else if (one.number === KIND.block) blocks.push([name, block(fields, { repeated: false, depth })]);
    else if (one.number === KIND.blockList) blocks.push([name, block(fields, { repeated: true, depth })]);
    else throw new ProtocolError(`the schema of "${key}" is of an unknown kind`);
  }
  return { attributes: Object.fromEntries(attributes), blocks: Object.fromEntries(blocks) };
}

/** Fields of the message `Spec`. */
const KIND = { object: 1, attribute: 2, block: 3, blockList: 4 } as const;

function attribute(fields: readonly Field[]): SpecAttribute {
  return { type: typeOf(bytesField(fields, 2), 0), required: flagField(fields, 3) };
}

function block(
  fields: readonly Field[],
  { repeated, depth }: { readonly repeated: boolean; readonly depth: number },
): SpecBlock {
  const spec = objectSpec(bytesField(fields, repeated ? 2 : 3), depth + 1);
  return { repeated, required: !repeated && flagField(fields, 2), spec };
}

/** A protobuf map is a list of messages of a key and a value. */
function mapEntries(fields: readonly Field[], number: number): readonly Entry[] {
  const entries = fields.filter((field) => field.number === number);
  return entries.map(({ value }): Entry => {
    if (typeof value === "number") throw new ProtocolError("a schema holds a number in place of an entry");
    const parts = decodeFields(value);
    return [textField(parts, 1), bytesField(parts, 2)];
  });
}

function typeOf(message: Buffer, depth: number): CtyType {
  if (depth > MAX_DEPTH) throw new ProtocolError("a type is nested too deeply");
  const one = decodeFields(message).at(-1);
  if (!one || typeof one.value === "number") throw new ProtocolError("an attribute has no type");
  const fields = decodeFields(one.value);
  if (one.number === 1) return primitive(textField(fields, 1));
  if (one.number === 2) return ["list", typeOf(bytesField(fields, 1), depth + 1)];
  if (one.number === 3) return ["map", typeOf(bytesField(fields, 1), depth + 1)];
  throw new ProtocolError("an attribute has a type of an unknown kind");
}

function primitive(name: string): CtyType {
  const types: Readonly<Record<string, CtyType>> = {
    "cty.String": "string",
    "cty.Number": "number",
    "cty.Bool": "bool",
  };
  const type = Object.hasOwn(types, name) ? types[name] : undefined;
  if (type === undefined) throw new ProtocolError(`an attribute has the unknown type "${name}"`);
  return type;
}

const last = (fields: readonly Field[], number: number): Field["value"] | undefined =>
  fields.findLast((field) => field.number === number)?.value;

function textField(fields: readonly Field[], number: number): string {
  const value = last(fields, number);
  return value instanceof Buffer ? value.toString("utf8") : "";
}

function bytesField(fields: readonly Field[], number: number): Buffer {
  const value = last(fields, number);
  return value instanceof Buffer ? value : Buffer.alloc(0);
}

function flagField(fields: readonly Field[], number: number): boolean {
  return last(fields, number) === 1;
}
