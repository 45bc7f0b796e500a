import type { Diagnostic } from "../language/diagnostic.ts";
import { warning } from "../sdk/schema/rules.ts";
import { isPlainObject } from "../sdk/schema/coerce.ts";
import type { BuildPlan } from "./model.ts";

/** Lines of scripts that ask for the HTTP server of a build that has none. */
export function checkHttpServer({ builder, provisioners }: BuildPlan): readonly Diagnostic[] {
  const machine = builder.decode().config;
  if (!isPlainObject(machine) || isServing(machine)) return [];
  return provisioners.flatMap((planned) => {
    const { config } = planned.decode();
    const lines = isPlainObject(config) && Array.isArray(config["inline"]) ? (config["inline"] as unknown[]) : [];
    const index = lines.findIndex((line) => ASKS.test(String(line)));
    if (index === -1 || givesItself(config)) return [];
    return planned.diagnose([warning("no-http-server", ["inline", index], "No HTTP server", NO_SERVER)]);
  });
}

/** With a default of its own (`${PACKER_HTTP_ADDR:-x}`) a line asks for nothing. */
const ASKS = /\$(env:|\{)?PACKER_HTTP_(ADDR|IP|PORT)\b(?!:?[-+=?])|%PACKER_HTTP_(ADDR|IP|PORT)%/i;

const NO_SERVER =
  "PACKER_HTTP_ADDR, PACKER_HTTP_IP and PACKER_HTTP_PORT are there where the build has an HTTP server: set http_directory or http_content in the source.";

const isServing = (machine: Readonly<Record<string, unknown>>): boolean =>
  machine["http_directory"] !== undefined || machine["http_content"] !== undefined;

/** In `environment_vars` or `env`. */
const givesItself = (config: unknown): boolean => /PACKER_HTTP_\w+(=|":)/.test(JSON.stringify(config));
