import type { Diagnostic } from "../language/diagnostic.ts";
import { warning } from "../sdk/schema/rules.ts";
import { isPlainObject } from "../sdk/schema/coerce.ts";
import type { Component } from "../sdk/component.ts";
import { warning as warningAt } from "./diagnostics.ts";
import type { BuildPlan, Planned } from "./model.ts";

/** Steps that ask for the HTTP server of a build that has none. */
export function checkHttpServer({ builder, provisioners, chains }: BuildPlan): readonly Diagnostic[] {
  const machine = builder.decode().config;
  if (!isPlainObject(machine) || isServing(machine)) return [];
  return [...provisioners.flatMap(checkLines), ...[...provisioners, ...chains.flat()].flatMap(checkBuildValues)];
}

/** Lines of a script; the variables are there in the machine and for `shell-local`. */
function checkLines(planned: Planned<Component>): readonly Diagnostic[] {
  const { config } = planned.decode();
  const lines = isPlainObject(config) && Array.isArray(config["inline"]) ? (config["inline"] as unknown[]) : [];
  const index = lines.findIndex((line) => ASKS.test(String(line)));
  if (index === -1 || givesItself(config)) return [];
  return planned.diagnose([warning("no-http-server", ["inline", index], "No HTTP server", noServer(VARIABLES))]);
}

function checkBuildValues(planned: Planned<Component>): readonly Diagnostic[] {
  const asked = planned.buildValueUses().filter(({ name }) => OF_SERVER.has(name));
  return asked.map(({ name, range }) =>
    warningAt("no-http-server", range, "No HTTP server", noServer(`The build's ${name}`, "has a value")),
  );
}

const OF_SERVER: ReadonlySet<string> = new Set(["PackerHTTPAddr", "PackerHTTPIP", "PackerHTTPPort"]);
const VARIABLES = "PACKER_HTTP_ADDR, PACKER_HTTP_IP and PACKER_HTTP_PORT";

const noServer = (what: string, isThere = "are there"): string =>
  `${what} ${isThere} where the build has an HTTP server: set http_directory or http_content in the source.`;

/** With a default of its own (`${PACKER_HTTP_ADDR:-x}`) a line asks for nothing. */
const ASKS = /\$(env:|\{)?PACKER_HTTP_(ADDR|IP|PORT)\b(?!:?[-+=?])|%PACKER_HTTP_(ADDR|IP|PORT)%/i;

const isServing = (machine: Readonly<Record<string, unknown>>): boolean =>
  machine["http_directory"] !== undefined || machine["http_content"] !== undefined;

/** In `environment_vars` or `env`. */
const givesItself = (config: unknown): boolean => /PACKER_HTTP_\w+(=|":)/.test(JSON.stringify(config));
