import { homedir } from "node:os";
import type { Registry } from "../../src/sdk/registry.ts";
import type { Host } from "../../src/sdk/host.ts";
import { LateTemplate } from "../../src/sdk/late-template.ts";
import type { Loaded, LoadOptions } from "../../src/template/load-options.ts";
import { loadTemplate } from "../../src/template/load-template.ts";
import type { BuildPlan, Planned, Template } from "../../src/template/model.ts";
import { valueToJson } from "../../src/language/to-json.ts";
import { isWhollyKnown } from "../../src/language/value.ts";
import type { Component } from "../../src/sdk/component.ts";
import { fakeRegistry } from "./fake-components.ts";

/** The clock of tests of templates: 2024-03-05T14:07:09Z. */
const TEST_TIME = Date.UTC(2024, 2, 5, 14, 7, 9);

export function testHost(cwd: string, env: Host["env"] = {}): Host {
  return {
    env,
    cwd,
    platform: process.platform,
    homeDir: homedir(),
    clock: { now: () => TEST_TIME, monotonic: () => 0 },
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    pid: 1,
  };
}

export type TestLoad = Partial<Omit<LoadOptions, "path" | "host">> & {
  readonly env?: Host["env"];
  readonly registry?: Registry;
};

/** Loads a template with small fake components and data sources that are read. */
export async function loadForTest(
  path: string,
  cwd: string,
  { env, ...options }: TestLoad = {},
): Promise<Loaded & { readonly secrets: readonly string[] }> {
  const secrets: string[] = [];
  const loaded = await loadTemplate({
    path,
    host: testHost(cwd, env),
    registry: fakeRegistry(),
    vars: [],
    varFiles: [],
    only: [],
    except: [],
    undeclaredVariables: "warn",
    readDataSource: (_address, source, config) => source.read({} as never, config),
    signal: new AbortController().signal,
    onSecret: (secret) => secrets.push(secret),
    ...options,
  });
  return { ...loaded, secrets };
}

/** The model as JSON data, components decoded as at load. */
export function describeTemplate(template: Template, secrets: readonly string[]): unknown {
  return {
    description: template.description,
    variables: Object.fromEntries(
      template.variables.map(({ name, value, origin }) => [name, `${shown(value)} (${origin})`]),
    ),
    locals: Object.fromEntries(template.locals.map(({ name, value }) => [name, shown(value)])),
    requiredPlugins: template.requiredPlugins.map(({ name, source, version }) => `${name} ${source} ${version}`),
    secrets,
    builds: template.builds.map(describeBuild),
  };
}

function describeBuild(build: BuildPlan): unknown {
  const { identity, description, builder, provisioners, errorCleanupProvisioner, chains } = build;
  return {
    ...identity,
    description,
    config: configOf(builder),
    provisioners: provisioners.map((item) => {
      const { pauseBeforeMs, timeoutMs, maxRetries, continueOnError } = item;
      return {
        type: item.type,
        name: item.name,
        config: configOf(item),
        pauseBeforeMs,
        timeoutMs,
        maxRetries,
        continueOnError,
      };
    }),
    errorCleanup: errorCleanupProvisioner && configOf(errorCleanupProvisioner),
    chains: chains.map((chain) =>
      chain.map((item) => ({ type: item.type, name: item.name, keep: item.keepInputArtifact, config: configOf(item) })),
    ),
  };
}

const shown = (value: Template["variables"][number]["value"]): string =>
  isWhollyKnown(value) ? valueToJson(value) : "<unknown>";

const configOf = (planned: Planned<Component>): unknown => plain(planned.decode().config) ?? "<not known yet>";

/** Late templates as their text. */
function plain(value: unknown): unknown {
  if (value instanceof LateTemplate) return `late: ${value.text}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
