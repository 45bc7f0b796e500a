import type { WireMap, WireValue } from "../wire/wire-value.ts";

/**
 * One part of a configuration: a plain map, which the plugin converts weakly ("5" for 5) and may get once only in the
 * life of its process; or the bytes of `encodeCtyJson`, whose types must be exact and which may come again. A later part
 * overrides an earlier one.
 */
export type ConfigPart = WireMap | Uint8Array | null;

/** What Packer tells a component about the run, before its own configuration. */
export interface RunFacts {
  /** The name of the source. */
  readonly buildName: string;
  readonly builderType: string;
  readonly debug: boolean;
  readonly force: boolean;
  readonly onError: string;
  /** Names of the variables that are sensitive; a builder gets none. */
  readonly sensitiveVariables?: readonly string[] | undefined;
  /** The version of Packer whose behaviour is promised: plugins ask for it. */
  readonly coreVersion: string;
}

/** As Packer writes it for templates in HCL2, where switches are text. */
export function runFacts(facts: RunFacts): WireMap {
  const names = facts.sensitiveVariables;
  return {
    packer_build_name: facts.buildName,
    packer_builder_type: facts.builderType,
    packer_core_version: facts.coreVersion,
    packer_debug: String(facts.debug),
    packer_force: String(facts.force),
    packer_on_error: facts.onError,
    ...(names === undefined ? {} : { packer_sensitive_variables: names }),
  };
}

export const configsArgument = (parts: readonly ConfigPart[]): WireValue => ({ Configs: parts });

/** A plugin joins its complaints to one text; here each is one again, as a sentence. */
export function splitProblems(text: string): readonly string[] {
  const trimmed = text.trim();
  if (!/^\d+ (errors?|error\(s\)) occurred:/.test(trimmed)) return trimmed === "" ? [] : [trimmed];
  const problems = trimmed.split(/\n\s*\* /).slice(1);
  return problems.map((problem) => problem.trim()).filter((problem) => problem !== "");
}
