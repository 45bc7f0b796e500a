import { BUILD_VALUES } from "../../sdk/build-values.ts";
import type { GeneratedData } from "../../sdk/component.ts";
import { isPlaceholder } from "../calls/hook-service.ts";

/** Of what builders make known, what is not to be shown. */
export const SECRET_DATA = ["Password", "WinRMPassword", "SSHPrivateKey"] as const;

/** What a builder of a plugin makes known, as `build.*`; without the texts that stand for what it does not have. */
export function generatedDataOf(data: Readonly<Record<string, unknown>>): GeneratedData {
  const entries = Object.entries(data).flatMap(([name, value]): [string, string | number][] => {
    if (value === null || value === undefined || isPlaceholder(value)) return [];
    if (typeof value === "string" || typeof value === "number") return [[name, value]];
    return [[name, typeof value === "boolean" ? String(value) : JSON.stringify(value)]];
  });
  return Object.fromEntries(entries);
}

/** What provisioners in plugins get: they expect all of the common names, and write `<nil>` where one is missing. */
export function dataForPlugin(data: GeneratedData): GeneratedData {
  const common = BUILD_VALUES.map((name) => [name, ""] as const);
  return { ...Object.fromEntries(common), ...data };
}

/** By this text plugins know the map with what `{{ build }}` will mean. Source: Packer's SDK, `common/config.go`. */
const PLACEHOLDER = "To set this dynamically in the Packer template, you must use the `build` function";

/** The last part of the configuration of a provisioner or post-processor: what `{{ build }}` may name. */
export function placeholders(names: Iterable<string>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...new Set([...BUILD_VALUES, ...names])].map((name) => [name, `Build_${name}. ${PLACEHOLDER}`]),
  );
}
