import type { PluginComponent } from "../plugin-host.ts";
import type { ConfigSpec } from "../wire/config-spec.ts";
import type { FactsCache } from "./facts-cache.ts";

export interface SchemaRequest {
  readonly component: PluginComponent;
  /** Of the binary, as it was found. */
  readonly sha256: string;
  /** What it takes, or, of a data source, what it gives. */
  readonly side: "takes" | "gives";
}

/** A schema of a plugin's component: what is known of the same binary, else what it answers now, which is kept. */
export async function componentSchema(
  cache: FactsCache,
  { component, sha256, side }: SchemaRequest,
  ask: () => Promise<ConfigSpec>,
): Promise<ConfigSpec> {
  const { path, kind, name } = component;
  const key = `${kind} ${name} ${side}`;
  const { known, remember } = await cache.look(path);
  const kept = known?.sha256 === sha256 && Object.hasOwn(known.schemas, key) ? known.schemas[key] : undefined;
  if (kept) return kept;
  const schema = await ask();
  await remember({ sha256, schemas: { [key]: schema } });
  return schema;
}
