import type { Component } from "../../sdk/component.ts";
import { BuildError } from "../../sdk/error.ts";
import { remoteDataSource } from "../calls/data-source.ts";
import { askSchema } from "../calls/schema-call.ts";
import { componentSchema } from "../installed/component-schema.ts";
import type { PluginComponentKind } from "../plugin-host.ts";
import type { PluginProcess } from "../process/plugin-process.ts";
import type { ConfigSpec } from "../wire/config-spec.ts";
import { hostedBuilder } from "./hosted-builder.ts";
import { hostedDataSource } from "./hosted-data-source.ts";
import { hostedPostProcessor } from "./hosted-post-processor.ts";
import { hostedProvisioner } from "./hosted-provisioner.ts";
import type { HostedComponent, Hosting } from "./hosting.ts";
import { ANYTHING, schemaOf } from "./spec-schema.ts";

/** A component of a plugin behind the contract of its kind. The plugin is started when its schema is not known yet. */
export async function loadHosted(hosting: Hosting, hosted: HostedComponent): Promise<Component> {
  const { kind } = hosted.component;
  if (kind === "datasource") return loadDataSource(hosting, hosted);
  const spec = await takenBy(hosting, hosted);
  // A component is given the configuration that its own schema decodes.
  const component = {
    builder: hostedBuilder,
    provisioner: hostedProvisioner,
    "post-processor": hostedPostProcessor,
  }[kind](hosting, { ...hosted, spec }, spec ? schemaOf(spec) : ANYTHING);
  return component;
}

async function loadDataSource(hosting: Hosting, hosted: HostedComponent): Promise<Component> {
  const { component, sha256, origin } = hosted;
  if (!component.protobuf) {
    throw new BuildError(`The data source ${hosted.type} cannot be read`, {
      hint: `The plugin ${origin} gives values in a form that imgbuild does not read. Use a newer version of it, and no PACKER_FORCE_GOB.`,
    });
  }
  const { signal } = hosting;
  const ask = (process: PluginProcess) => remoteDataSource(process).outputSpec({ signal });
  const request = { component, sha256, side: "gives" } as const;
  const gives = await componentSchema(hosting.cache, request, () => hosting.brief({ hosting, component, ask }));
  const takes = await takenBy(hosting, hosted);
  return hostedDataSource(hosting, { ...hosted, spec: takes }, { takes: takes ? schemaOf(takes) : ANYTHING, gives });
}

const services: Readonly<Record<PluginComponentKind, string>> = {
  builder: "Builder",
  provisioner: "Provisioner",
  "post-processor": "PostProcessor",
  datasource: "Datasource",
};

async function takenBy(hosting: Hosting, { component, sha256 }: HostedComponent): Promise<ConfigSpec | undefined> {
  // Without the second version of the protocol the schema comes in a form that is not read here.
  if (!component.protobuf) return undefined;
  const { signal } = hosting;
  const ask = (process: PluginProcess): Promise<ConfigSpec> =>
    askSchema(process, `${services[component.kind]}.ConfigSpec`, { signal });
  const request = { component, sha256, side: "takes" } as const;
  return componentSchema(hosting.cache, request, () => hosting.brief({ hosting, component, ask }));
}
