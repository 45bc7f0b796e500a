import { defaultText, duration, integer, late, list, sensitive, text } from "../../sdk/schema/field.ts";
import { error, rule } from "../../sdk/schema/rules.ts";
import { defineSchema, type ConfigIssue, type ConfigOf } from "../../sdk/schema/schema.ts";

const fields = {
  search_criteria: defaultText(
    text("Which updates to look for, as `IUpdateSearcher::Search` takes it."),
    "`BrowseOnly=0 and IsInstalled=0`",
  ).optional(),
  filters: list(
    text("`include:` or `exclude:`, and an expression of PowerShell over the update, `$_`."),
    "Which of the updates found to install: the first filter whose expression is true decides, and where none is, the update stays away.",
  ).default(["include:$true"]),
  update_limit: integer("How many updates to install at a time.").min(0).default(1000),
  update_max_retries: integer("How many times to try again when updates fail.").min(0).default(5),
  restart_timeout: duration("How long the machine may take for each restart.").default(4 * 3_600_000),
  username: defaultText(late("any", "The user whose scheduled task installs the updates."), "`SYSTEM`").optional(),
  password: sensitive(late("any", "That user's password; `SYSTEM` has none.")).optional(),
};

const filterSyntax = rule(fields, ["filters"], ({ filters }) => filters.flatMap(filterIssues));

export const schema = defineSchema(fields, { rules: [filterSyntax] });

export type WindowsUpdateConfig = ConfigOf<typeof schema>;

function filterIssues(filter: string, index: number): ConfigIssue[] {
  if (/^(include|exclude):/.test(filter)) return [];
  const detail = `A filter begins with "include:" or "exclude:", as "exclude:$_.Title -like '*Preview*'", not "${filter}".`;
  return [error("invalid-argument", ["filters", index], "Invalid value", detail)];
}
