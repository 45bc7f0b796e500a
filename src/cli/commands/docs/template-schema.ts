import type { ComponentKind } from "../../../sdk/component.ts";
import type { Registry } from "../../../sdk/registry.ts";
import { argumentsSchema, type JsonSchema } from "./json-schema.ts";

/** JSON Schema (2020-12) of a `.pkr.json` template: every block, and the arguments of every component. */
export async function templateSchema(registry: Registry): Promise<JsonSchema> {
  const provisioner = byType(await argumentsOf(registry, "provisioner", provisionerArguments), oneOrMany);
  const postProcessor = byType(await argumentsOf(registry, "post-processor", postProcessorArguments), oneOrMany);
  const build = {
    type: "object",
    properties: {
      name: text("Comes before the names of the builds."),
      description: text("What the build makes."),
      sources: { anyOf: [{ type: "array", items: text("`source.TYPE.NAME`") }, text("An expression.")] },
      source: labelled({ type: "object" }),
      provisioner: oneOrMany(provisioner),
      "error-cleanup-provisioner": oneOrMany(provisioner),
      "post-processor": oneOrMany(postProcessor),
      "post-processors": oneOrMany({ type: "object", properties: { "post-processor": oneOrMany(postProcessor) } }),
      dynamic: {},
      for_each: {},
      enabled: {},
    },
  };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Packer template (.pkr.json)",
    type: "object",
    properties: {
      "//": { description: "A comment." },
      packer: { type: "object" },
      variable: { type: "object", additionalProperties: variable },
      variables: { type: "object" },
      locals: oneOrMany({ type: "object" }),
      local: labelled({ type: "object", properties: { expression: {}, sensitive: { type: "boolean" } } }),
      source: byType(await argumentsOf(registry, "builder", { for_each: {}, enabled: {} }), labelled),
      data: byType(await argumentsOf(registry, "data-source", { for_each: {} }), labelled),
      build: oneOrMany(build),
    },
    additionalProperties: false,
  };
}

const text = (description: string): JsonSchema => ({ type: "string", description });
const oneOrMany = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: "array", items: schema }] });
const labelled = (schema: JsonSchema): JsonSchema => ({ type: "object", additionalProperties: oneOrMany(schema) });
const names = { anyOf: [{ type: "array", items: { type: "string" } }, { type: "string" }] };

const variable = oneOrMany({
  type: "object",
  properties: {
    type: text("A type, such as `string` or `list(string)`."),
    default: {},
    description: { type: "string" },
    sensitive: { type: "boolean" },
    validation: oneOrMany({ type: "object", properties: { condition: {}, error_message: { type: "string" } } }),
  },
});

const common = { name: text("Shown, and taken by -except."), only: names, except: names, enabled: {}, for_each: {} };
const provisionerArguments = {
  ...common,
  pause_before: text("How long to wait before."),
  timeout: text("How long one attempt may take."),
  max_retries: { type: ["number", "string"] },
  continue_on_error: { type: ["boolean", "string"] },
  checkpoint: { type: ["boolean", "string"] },
  checkpoint_key: { type: "array", items: { type: "string" } },
  always: { type: ["boolean", "string"] },
  override: { type: "object" },
};
const postProcessorArguments = { ...common, keep_input_artifact: { type: ["boolean", "string"] } };

type SchemaOfType = readonly [type: string, schema: JsonSchema];

/** The schema of the arguments of each component of a kind, with the meta-arguments. */
function argumentsOf(registry: Registry, kind: ComponentKind, meta: JsonSchema): Promise<readonly SchemaOfType[]> {
  const schemas = registry.types(kind).map(async (type) => {
    const component = await registry.load(kind, type);
    const schema = component && argumentsSchema(component.schema);
    const properties = { ...(schema?.["properties"] as object | undefined), ...meta };
    return [type, { ...schema, properties, additionalProperties: false }] as const;
  });
  return Promise.all(schemas);
}

/** `{ TYPE: arguments }`; `shape` says how often and under how many labels they may stand. */
function byType(schemas: readonly SchemaOfType[], shape: (schema: JsonSchema) => JsonSchema): JsonSchema {
  return { type: "object", properties: Object.fromEntries(schemas.map(([type, schema]) => [type, shape(schema)])) };
}
