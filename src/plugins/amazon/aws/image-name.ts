import { error } from "../../../sdk/schema/rules.ts";
import type { ConfigIssue } from "../../../sdk/schema/schema.ts";

/** What Amazon would refuse in `ami_name` (EC2 API reference, CreateImage). */
export function imageNameIssues(name: string): readonly ConfigIssue[] {
  if (name.length < 3 || name.length > 128)
    return [invalid(`ami_name must have 3 to 128 characters; "${name}" has ${name.length}.`)];
  const wrong = [...new Set(name.match(/[^a-zA-Z0-9()[\] ./\-'@_]/gu))];
  if (wrong.length === 0) return [];
  const verb = wrong.length === 1 ? "is" : "are";
  const problem = `ami_name may hold letters, digits, spaces and ()[]./-'@_, and ${enumerated(wrong)} ${verb} none of them.`;
  const time = wrong.includes(":") ? " For a time, write {{ isotime | clean_resource_name }}." : "";
  return [invalid(`${problem} {{clean_resource_name \`…\`}} replaces what is not allowed.${time}`)];
}

/** `"a", "b" and "c"` */
function enumerated(characters: readonly string[]): string {
  const quoted = characters.map((character) => JSON.stringify(character));
  const last = quoted.pop();
  return quoted.length === 0 ? String(last) : `${quoted.join(", ")} and ${last}`;
}

function invalid(detail: string): ConfigIssue {
  return error("invalid-argument", ["ami_name"], "Invalid value", detail);
}
