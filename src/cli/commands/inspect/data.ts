import { containsSensitive } from "../../../language/marks.ts";
import { valueToJs } from "../../../language/to-js.ts";
import { formatType } from "../../../language/type.ts";
import { isWhollyKnown, type Value } from "../../../language/value.ts";
import type { BuildPlan, Planned, Template } from "../../../template/model.ts";
import type { Component } from "../../../sdk/component.ts";
import { sensitiveText } from "./build-blocks.ts";

/** What `inspect -json` prints. A public interface: members are added, never changed. */
export function inspectData(template: Template): object {
  return {
    version: 1,
    syntax: template.syntax,
    path: template.path,
    description: template.description,
    required_plugins: template.requiredPlugins.map(({ name, source, version }) => ({ name, source, version })),
    variables: template.variables.map(({ name, description, type, sensitive, required, value, origin }) => ({
      name,
      type: formatType(type),
      description,
      sensitive,
      required,
      ...known(value, sensitive),
      origin,
    })),
    locals: template.locals.map(({ name, sensitive, value }) => ({ name, sensitive, ...known(value, sensitive) })),
    builds: template.builds.map(describeBuild),
  };
}

/** A value that is not known yet has no `value` member. */
function known(value: Value, sensitive: boolean): { readonly value?: unknown } {
  if (sensitive || containsSensitive(value)) return { value: sensitiveText };
  return isWhollyKnown(value) ? { value: valueToJs(value).data } : {};
}

function describeBuild(plan: BuildPlan): object {
  const { identity, blockName, description, provisioners, errorCleanupProvisioner, chains } = plan;
  return {
    name: identity.name,
    builder: identity.builderType,
    source: identity.sourceName,
    build_block: blockName,
    description,
    provisioners: provisioners.map((planned) => ({
      ...describePlanned(planned),
      pause_before_ms: planned.pauseBeforeMs,
      timeout_ms: planned.timeoutMs,
      max_retries: planned.maxRetries,
      continue_on_error: planned.continueOnError,
    })),
    error_cleanup_provisioner: errorCleanupProvisioner && describePlanned(errorCleanupProvisioner),
    post_processors: chains.map((chain) =>
      chain.map((planned) => ({ ...describePlanned(planned), keep_input_artifact: planned.keepInputArtifact })),
    ),
  };
}

const describePlanned = ({ type, name }: Planned<Component>) => ({ type, name });
