import * as z from "zod";
import { invariant } from "../../lib/invariant.ts";
import type { Component, ComponentKind } from "../../sdk/component.ts";
import type { Registry } from "../../sdk/registry.ts";
import type { Schema } from "../../sdk/schema/schema.ts";

/**
 * The registry, with something in the place of each component that is not there: it takes any arguments, and cannot be
 * run. For looking at templates whose plugins are not installed yet.
 */
export function withUnknownComponents(registry: Registry): Registry {
  return {
    plugins: registry.plugins,
    types: registry.types,
    has: () => true,
    load: async (kind, type) => (await registry.load(kind, type)) ?? placeholder(kind, type),
  };
}

const anything: Schema<unknown> = {
  object: z.looseObject({}),
  rules: [],
  renamed: {},
  legacy: [],
};

function placeholder<Kind extends ComponentKind>(kind: Kind, type: string): Extract<Component, { kind: Kind }> {
  const run = (): never => invariant(false, `the ${kind} "${type}" was only to be looked at`) as never;
  const common = { type, summary: "", schema: anything };
  const components: { readonly [K in ComponentKind]: Extract<Component, { kind: K }> } = {
    builder: { kind: "builder", ...common, generatedData: [], build: run },
    provisioner: { kind: "provisioner", ...common, provision: run },
    "post-processor": { kind: "post-processor", ...common, process: run },
    "data-source": { kind: "data-source", ...common, outputs: {}, read: run },
  };
  return components[kind];
}
