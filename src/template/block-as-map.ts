import type { SourceRange } from "../language/source.ts";
import { fieldMeta } from "../sdk/schema/field.ts";
import { error } from "../sdk/schema/rules.ts";
import type { ConfigIssue, Schema } from "../sdk/schema/schema.ts";
import type { GivenArguments } from "./given-arguments.ts";

interface Given {
  readonly component: { readonly schema: Schema<unknown> };
  readonly args: Pick<GivenArguments, "input">;
  readonly header: SourceRange | undefined;
  readonly weak: boolean;
}

/** The issues inside of a block that was written as an argument (`run_tag = {}`) are one: that it is a block. */
export function blocksWrittenAsMaps(issues: readonly ConfigIssue[], given: Given): readonly ConfigIssue[] {
  const names = new Set(issues.filter(({ path }) => path.length > 1).map(({ path }) => String(path[0])));
  const written = [...names].filter((name) => isBlockAsMap(name, given));
  if (written.length === 0) return issues;
  const others = issues.filter(({ path }) => !written.includes(String(path[0])));
  return [...others, ...written.map((name) => blockAsMap(name, given.component.schema))];
}

/** In JSON both look the same. */
function isBlockAsMap(name: string, { component, args, header, weak }: Given): boolean {
  const field = component.schema.object.shape[name];
  if (weak || !field || header?.file.name.endsWith(".json")) return false;
  const value = args.input[name];
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && fieldMeta(field as never).nested !== undefined;
}

function blockAsMap(name: string, { object }: Schema<unknown>): ConfigIssue {
  const nested = fieldMeta(object.shape[name] as never).nested!;
  const lines = Object.keys(nested.object.shape).slice(0, 2);
  const example = [`${name} {`, ...lines.map((line) => `  ${line} = …`), "}"].map((line) => `    ${line}`);
  const plural = object.shape[`${name}s`];
  const isMap = plural !== undefined && fieldMeta(plural as never).fieldKind === "map";
  const orMap = isMap ? ` For a map, write ${name}s = { … }.` : "";
  const detail = [`"${name}" is a block, without an equals sign.${orMap} A block is written:`, ...example].join("\n");
  const issue = error("block-as-argument", [name], "Block expected", detail);
  return isMap ? { ...issue, fix: { kind: "replace", part: "name", text: `${name}s` } } : issue;
}
