import * as z from "zod";
import { any, block, blocks, flag, late, list, map, number, sensitive } from "../../sdk/schema/field.ts";
import { defineSchema, type Schema } from "../../sdk/schema/schema.ts";
import { BOOKKEEPING, type ConfigSpec, type SpecAttribute, type SpecBlock } from "../wire/config-spec.ts";
import type { CtyType } from "../wire/cty-type.ts";
import { describeOption } from "./describe-option.ts";

/** The arguments of a component in a plugin, decoded. Texts are templates still: their `{{ }}` are the plugin's. */
export type HostedConfig = Readonly<Record<string, unknown>>;

/** The schema of a component, from what it says it takes. */
export function schemaOf(spec: ConfigSpec): Schema<HostedConfig> {
  const attributes = Object.entries(spec.attributes).filter(([name, attribute]) => isForUsers(name, attribute));
  const fields: [string, z.ZodType][] = [
    ...attributes.map(([name, attribute]): [string, z.ZodType] => [name, attributeField(name, attribute)]),
    ...Object.entries(spec.blocks).map(([name, inner]): [string, z.ZodType] => [name, blockField(name, inner)]),
  ];
  return defineSchema(Object.fromEntries(fields));
}

/** For a component that cannot say what it takes: anything, which it checks itself. */
export const ANYTHING: Schema<HostedConfig> = { object: z.looseObject({}), rules: [], renamed: {}, legacy: [] };

/** Bytes that a component fills in itself come as numbers (`ssh_private_key`). */
function isForUsers(name: string, { type }: SpecAttribute): boolean {
  const isBytes = Array.isArray(type) && type[0] === "list" && type[1] === "number" && /^ssh_\w+_key$/.test(name);
  return !BOOKKEEPING.has(name) && !isBytes;
}

function attributeField(name: string, { type, required }: SpecAttribute): z.ZodType {
  const field = typedField(type, describeOption(name));
  const marked = isSecretName(name) ? sensitive(field) : field;
  return required ? marked : marked.optional();
}

function blockField(name: string, { repeated, required, spec }: SpecBlock): z.ZodType {
  const field = repeated ? blocks(schemaOf(spec), describeOption(name)) : block(schemaOf(spec), describeOption(name));
  return required ? field : field.optional();
}

function typedField(type: CtyType, description: string): z.ZodType {
  if (type === "string") return late("any", description);
  if (type === "bool") return flag(description);
  if (type === "number") return number(description);
  if (type === "dynamic") return any(description);
  if (type[0] === "list" || type[0] === "set") return list(typedField(type[1], ""), description);
  return type[0] === "map" ? map(typedField(type[1], ""), description) : any(description);
}

const SECRET = /(^|_)(password|passphrase|secret|token|secret_key|access_key|api_key|private_key|credentials(_json)?)$/;

/** Components do not say which of their options are secrets; their names do. */
export const isSecretName = (name: string): boolean => SECRET.test(name);
