import { opendir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { GoTemplateError } from "../../lib/go-template/error.ts";
import { parseGoTemplate } from "../../lib/go-template/parse.ts";
import { unknownNames } from "../../lib/go-template/unknown-names.ts";
import { error } from "../../sdk/schema/rules.ts";
import type { ConfigIssue } from "../../sdk/schema/schema.ts";
import { HTTP_TEMPLATE_VALUES, TEMPLATE_SUFFIX } from "./directory-site.ts";

/** How many files of `http_directory` are looked at: it may be somebody's whole home directory. */
const MOST_FILES = 2000;

/** What is wrong with the templates in `http_directory`, before a guest asks for one. */
export async function checkHttpTemplates(directory: string): Promise<readonly ConfigIssue[]> {
  const issues: ConfigIssue[] = [];
  let seen = 0;
  for await (const entry of await opendir(directory, { recursive: true })) {
    if (++seen > MOST_FILES) break;
    if (!entry.isFile() || !entry.name.endsWith(TEMPLATE_SUFFIX)) continue;
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, "utf8");
    issues.push(...problemsIn(text).map((problem) => inFile(relative(directory, path), problem)));
  }
  return issues;
}

function problemsIn(text: string): readonly string[] {
  try {
    const unknown = unknownNames(parseGoTemplate(text), HTTP_TEMPLATE_VALUES);
    return unknown.map(({ name, start, suggestion }) => {
      const known = HTTP_TEMPLATE_VALUES.map((value) => `.${value}`).join(", ");
      const hint = suggestion === undefined ? `Known are ${known}.` : `Did you mean "${suggestion}"?`;
      return `on line ${lineAt(text, start)} there is no value "${name}". ${hint}`;
    });
  } catch (failure) {
    if (!(failure instanceof GoTemplateError)) throw failure;
    return [`line ${lineAt(text, failure.offset)} is not valid: ${failure.message}`];
  }
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

function inFile(name: string, problem: string): ConfigIssue {
  return error("invalid-template", ["http_directory"], "Invalid template", `In the template "${name}" ${problem}`);
}
