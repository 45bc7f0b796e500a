import { describeSchema, type OptionDescription } from "./describe.ts";
import type { Schema } from "./schema.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The arguments of one component as JSON Schema (2020-12), for editors of `.pkr.json` files. */
export function argumentsSchema(schema: Schema<unknown>): JsonSchema {
  return objectSchema(describeSchema(schema));
}

function objectSchema(options: readonly OptionDescription[]): JsonSchema {
  const required = options.filter((option) => option.required).map(({ name }) => name);
  return {
    type: "object",
    properties: Object.fromEntries(options.map((option) => [option.name, optionSchema(option)])),
    ...(required.length > 0 ? { required } : {}),
  };
}

function optionSchema(option: OptionDescription): JsonSchema {
  const notes = [option.description, option.default === undefined ? "" : `Default: ${option.default}.`];
  return {
    ...valueSchema(option),
    description: notes.filter((note) => note !== "").join(" "),
    ...(option.deprecated === undefined ? {} : { deprecated: true, description: `Deprecated: ${option.deprecated}.` }),
  };
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
      return { anyOf: [{ type: "array", items: element ? valueSchema(element) : {} }, EXPRESSION] };
    case "map":
      return { anyOf: [{ type: "object", additionalProperties: element ? valueSchema(element) : {} }, EXPRESSION] };
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
