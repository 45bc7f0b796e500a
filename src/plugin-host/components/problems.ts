import { LateTemplate } from "../../sdk/late-template.ts";
import type { ConfigIssue } from "../../sdk/schema/schema.ts";
import { BuildError } from "../../sdk/error.ts";
import { splitProblems } from "../calls/plugin-config.ts";
import type { HostedConfig } from "./spec-schema.ts";

/** Who checked, for messages. */
export interface Checker {
  /** `docker` */
  readonly plugin: string;
  /** Every option the component has. */
  readonly names: readonly string[];
}

/** What a plugin says is wrong with a configuration, each at the argument it is about. */
export function problemIssues(problem: string | undefined, config: HostedConfig, checker: Checker): ConfigIssue[] {
  return splitProblems(problem ?? "").map((text) =>
    issue("error", "refused-by-plugin", { text, path: pathOf(text, config, checker.names) }, checker),
  );
}

export function warningIssues(warnings: readonly string[], config: HostedConfig, checker: Checker): ConfigIssue[] {
  return warnings.map((text) =>
    issue("warning", "warned-by-plugin", { text: text.trim(), path: pathOf(text, config, checker.names) }, checker),
  );
}

/** As the error of a build: what was fine when it was checked may not be any more. */
export function refuseConfig(problem: string | undefined, plugin: string): void {
  const problems = splitProblems(problem ?? "");
  if (problems.length === 0) return;
  throw new BuildError(`The plugin ${plugin} does not accept its configuration:\n${problems.join("\n")}`);
}

function issue(
  severity: "error" | "warning",
  code: string,
  { text, path }: { readonly text: string; readonly path: readonly string[] },
  { plugin }: Checker,
): ConfigIssue {
  const summary = severity === "error" ? "Refused by the plugin" : "Warning of the plugin";
  // Broken for a narrow screen; what is indented is meant to stand apart.
  const flowing = text.replaceAll(/\r?\n(?=\S)/g, " ");
  return { severity, code, path, summary, detail: `${plugin}: ${flowing}` };
}

/**
 * The option a sentence is about: of those it names, one that is given rather than one that is not, the longest before
 * others. Empty where it names none.
 */
function pathOf(text: string, config: HostedConfig, names: readonly string[]): readonly string[] {
  const words = new Set(text.match(/[A-Za-z_][\w-]*/g) ?? []);
  const named = names.filter((name) => words.has(name) && isTelling(name, text));
  const given = named.filter((name) => config[name] !== undefined);
  const [best] = (given.length > 0 ? given : named).sort((one, other) => other.length - one.length);
  const about = best ?? quotedValue(text, config);
  return about === undefined ? [] : [about];
}

/** The option whose value a sentence quotes, where it is one: `A checksum of 'none' was specified`. */
function quotedValue(text: string, config: HostedConfig): string | undefined {
  const quoted = new Set([...text.matchAll(/(["'`])(\S+?)\1/g)].map(([, , value]) => value));
  const names = Object.keys(config).filter((name) => quoted.has(textOf(config[name])));
  return names.length === 1 ? names[0] : undefined;
}

const textOf = (value: unknown): string => (value instanceof LateTemplate ? value.text : String(value));

/** A name that is an ordinary word as well counts where it is quoted, or begins the sentence: `image must be specified`. */
function isTelling(name: string, text: string): boolean {
  if (name.includes("_")) return true;
  return new RegExp(`["'\`]${name}["'\`]|^\\s*\`?${name}\\b`).test(text);
}
