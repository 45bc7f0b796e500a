import { describeSchema, type OptionDescription } from "./describe.ts";
import type { Schema } from "../../../sdk/schema/schema.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The arguments of one component as JSON Schema (2020-12), for editors of `.pkr.json` files. */
export function argumentsSchema(schema: Schema<unknown>): JsonSchema {
  return objectSchema(describeSchema(schema));
}

function objectSchema(options: readonly OptionDescription[]): JsonSchema {
  const required = options.filter((option) => option.required).map(({ name }) => name);
  const properties = Object.fromEntries(options.map((option) => [option.name, optionSchema(option)]));
  if (required.length === 0) return { type: "object", properties };
  return { type: "object", properties, required };
}

function optionSchema(option: OptionDescription): JsonSchema {
  const value = valueSchema(option);
  if (option.deprecated !== undefined) {
    return { ...value, description: `Deprecated: ${option.deprecated}.`, deprecated: true };
  }
  const notes = [option.description, option.default !== undefined && `Default: ${option.default}.`];
  return { ...value, description: notes.filter(Boolean).join(" ") };
}

/** Any value may also be written as a string that holds an expression. */
const EXPRESSION = { type: "string" } as const;

function valueSchema({ kind, choices, element, nested }: Partial<OptionDescription>): JsonSchema {
  switch (kind) {
    case "flag":
      return { anyOf: [{ type: "boolean" }, EXPRESSION] };
    case "integer":
    case "number":
      return { anyOf: [{ type: "number" }, EXPRESSION] };
    case "choice":
      return { anyOf: [{ enum: choices }, { type: "string", pattern: "\\$\\{" }] };
    case "list":
      return { anyOf: [{ type: "array", items: valueSchema({ ...element }) }, EXPRESSION] };
    case "map":
      return { anyOf: [{ type: "object", additionalProperties: valueSchema({ ...element }) }, EXPRESSION] };
    case "block":
    case "blocks": {
      const block = objectSchema(nested ?? []);
      return { anyOf: [block, { type: "array", items: block }] };
    }
    case "any":
    case undefined:
      return {};
    case "text":
    case "late":
    case "duration":
      return { type: ["string", "number", "boolean"] };
  }
}
