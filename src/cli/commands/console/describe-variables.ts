import { lookUpVariable } from "../../../language/evaluate/scope.ts";
import type { Scope } from "../../../language/evaluate/contract.ts";
import { formatValue } from "../../../language/format-value.ts";
import { isSensitive } from "../../../language/marks.ts";
import type { Value } from "../../../language/value.ts";

const sections = [
  ["input-variables", "var"],
  ["local-variables", "local"],
] as const;

/** The text of `variables`, in the form `packer console` gives it: secrets masked. */
export function describeVariables(scope: Scope): string {
  return sections.map(([title, root]) => `> ${title}:\n\n${listMembers(root, lookUpVariable(scope, root))}`).join("\n");
}

function listMembers(root: string, value: Value | undefined): string {
  if (!value || isSensitive(value) || !(value.content instanceof Map)) return "";
  const members = [...(value.content as ReadonlyMap<string, Value>)];
  return members.map(([name, member]) => `${root}.${name}: ${formatValue(member)}\n`).join("");
}
