import type { DataSource } from "../../sdk/component.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Run } from "../../sdk/run.ts";
import type { Schema } from "../../sdk/schema/schema.ts";
import { remoteDataSource } from "../calls/data-source.ts";
import type { PluginProcess } from "../process/plugin-process.ts";
import type { ConfigSpec, SpecBlock } from "../wire/config-spec.ts";
import type { CtyJson } from "../wire/cty-json.ts";
import type { CtyType } from "../wire/cty-type.ts";
import { configCheck } from "./config-check.ts";
import { secretsOf, sentConfig } from "./config-parts.ts";
import type { HostedComponent, Hosting } from "./hosting.ts";
import { refuseConfig } from "./problems.ts";
import { isSecretName, type HostedConfig } from "./spec-schema.ts";
import { summaryOf } from "./summary.ts";

export interface DataSourceSchemas {
  readonly takes: Schema<HostedConfig>;
  readonly gives: ConfigSpec;
}

/** A data source in a plugin, as one of ours. */
export function hostedDataSource(
  hosting: Hosting,
  hosted: HostedComponent,
  { takes, gives }: DataSourceSchemas,
): DataSource<HostedConfig> {
  const { type } = hosted;
  return {
    kind: "data-source",
    type,
    summary: summaryOf(hosted),
    schema: takes,
    rendersTemplates: true,
    outputs: outputTypes(gives),
    checkFiles: configCheck({
      hosting,
      hosted,
      schema: takes,
      ask: async (process, parts, options) => ({
        problem: await remoteDataSource(process).configure(parts, options),
      }),
    }),
    read: (run, config) => read({ run, config, hosting, hosted }),
  };
}

interface Work {
  readonly run: Run;
  readonly config: HostedConfig;
  readonly hosting: Hosting;
  readonly hosted: HostedComponent;
}

function read({ run, config, hosting, hosted }: Work): Promise<Readonly<Record<string, unknown>>> {
  const { component } = hosted;
  const { signal } = run;
  for (const secret of secretsOf(config, isSecretName)) run.secret(secret);
  const { parts } = sentConfig({ hosting, hosted, config, build: run.build });
  const ask = async (process: PluginProcess): Promise<Readonly<Record<string, unknown>>> => {
    const source = remoteDataSource(process);
    refuseConfig(await source.configure(parts, { signal }), component.plugin);
    const { value } = await source.execute({ signal });
    return attributesOf(value, hosted);
  };
  return hosting.brief({ hosting: { ...hosting, signal }, component, ask });
}

function attributesOf(value: CtyJson, { type }: HostedComponent): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BuildError(`The data source ${type} gave something that is no object`);
  }
  return plain(value) as Readonly<Record<string, unknown>>;
}

/** Whole numbers that a double cannot hold become text. */
function plain(value: CtyJson): unknown {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return (value as readonly CtyJson[]).map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}

/** As type constraints of HCL. */
function outputTypes({ attributes, blocks }: ConfigSpec): Readonly<Record<string, string>> {
  const simple = Object.entries(attributes).map(([name, { type }]) => [name, constraintOf(type)] as const);
  const nested = Object.entries(blocks).map(([name, block]) => [name, blockConstraint(block)] as const);
  return Object.fromEntries([...simple, ...nested]);
}

function blockConstraint({ repeated, spec }: SpecBlock): string {
  const members = Object.entries(outputTypes(spec)).map(([name, type]) => `${name} = ${type}`);
  const object = `object({ ${members.join(", ")} })`;
  return repeated ? `list(${object})` : object;
}

function constraintOf(type: CtyType): string {
  if (type === "dynamic") return "any";
  if (typeof type === "string") return type;
  if (type[0] === "list" || type[0] === "set" || type[0] === "map") return `${type[0]}(${constraintOf(type[1])})`;
  return "any";
}
