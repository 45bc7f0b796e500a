import type { Component, ComponentKind } from "../../sdk/component.ts";
import type { Registry } from "../../sdk/registry.ts";
import type { Host } from "../../sdk/host.ts";
import { GoTemplateError } from "../../lib/go-template/error.ts";
import { startTime } from "../../lib/start-time.ts";
import { commonFunctions } from "../interpolate/functions.ts";
import { Interpolator } from "../interpolate/interpolator.ts";
import { provisionersOf, type LegacyTemplate } from "../json/legacy-template.ts";
import { UserVariables } from "../json/user-variables.ts";
import { Secrets } from "../secrets.ts";
import { pluginSourceOf } from "../known-plugins.ts";
import { IMAGE_SEARCH } from "./image-search.ts";
import type { UpgradeOptions } from "./upgrade-template.ts";

interface UpgradeWorld extends Pick<UpgradeOptions, "withAnnotations"> {
  /** Default: what is known of the names of types. */
  readonly pluginSource?: UpgradeOptions["pluginSource"];
  readonly registry: Registry;
  readonly host: Pick<Host, "env" | "cwd" | "clock">;
}

/** Loads the components that a template names, and prepares rendering the names of its builders. */
export async function createUpgradeOptions(template: LegacyTemplate, world: UpgradeWorld): Promise<UpgradeOptions> {
  const { registry, host, withAnnotations } = world;
  const components = new Map<string, Component>();
  const load = async (kind: ComponentKind, type: string) => {
    const component = await registry.load(kind, type);
    if (component) components.set(`${kind} ${type}`, component);
  };
  if (template.builders.some((builder) => "source_ami_filter" in builder)) await load("data-source", IMAGE_SEARCH);
  await Promise.all([
    ...template.builders.map(({ type }) => load("builder", String(type))),
    ...provisionersOf(template).map(({ type }) => load("provisioner", String(type))),
    ...template.chains.flat().map(({ type }) => load("post-processor", String(type))),
  ]);
  return {
    component: (kind, type) => components.get(`${kind} ${type}`),
    pluginSource: world.pluginSource ?? ((type) => pluginSourceOf(type, registry.plugins)),
    renderName: nameRenderer(template, host),
    withAnnotations,
  };
}

/** Names with the defaults of the variables put in. A name that cannot be rendered stays as it is. */
function nameRenderer(template: LegacyTemplate, host: Pick<Host, "env" | "cwd" | "clock">): (text: string) => string {
  const common = commonFunctions({ startTime: startTime(host), cwd: host.cwd, templateDirectory: host.cwd });
  const env = (name: unknown) => host.env[String(name)] ?? "";
  const raw = [...template.variables].map(
    ([name, text]) => [name, { text: text ?? "", origin: "default", range: undefined }] as const,
  );
  const secrets = new Secrets(() => {});
  const users = new UserVariables(new Map(raw), {
    functions: new Map([...common, ["env", env]]),
    isSensitive: () => false,
    secrets,
    report: () => {},
  });
  const user = (name: unknown) => users.get(String(name));
  const interpolator = new Interpolator(new Map([...common, ["user", user]]), new Map(), secrets);
  return (text) => {
    try {
      return interpolator.render(text, {}, {});
    } catch (failure) {
      if (failure instanceof GoTemplateError) return text;
      throw failure;
    }
  };
}
