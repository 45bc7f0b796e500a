import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { missingFiles } from "../../../sdk/missing-files.ts";
import { error } from "../../../sdk/schema/rules.ts";
import type { ConfigIssue } from "../../../sdk/schema/schema.ts";
import type { VagrantConfig } from "./options.ts";

/** Files the box is to hold that are not there now (and are not made during the build). */
export async function checkBoxFiles(config: VagrantConfig, work: string): Promise<readonly ConfigIssue[]> {
  const named: [ConfigIssue["path"], string][] = config.include.map((file, index) => [["include", index], file]);
  if (config.vagrantfile_template !== undefined && !config.vagrantfile_template_generated) {
    named.push([["vagrantfile_template"], config.vagrantfile_template]);
  }
  const missing = await missingFiles(named, work);
  if (missing.length > 0 || config.vagrantfile_template_generated) return missing;
  return vagrantfileIssues(config, work);
}

/** The Vagrantfile's template asks for values that it will not have. */
async function vagrantfileIssues(config: VagrantConfig, work: string): Promise<readonly ConfigIssue[]> {
  const { vagrantfile_template: path, output } = config;
  if (path === undefined) return [];
  const text = await readFile(resolve(work, path), "utf8").catch(() => "");
  return output
    .withText(text)
    .problems()
    .map(({ message, start }) => {
      const line = text.slice(0, start).split("\n").length;
      const detail = `${path}, line ${line}: ${message}`;
      return error("unknown-template-value", ["vagrantfile_template"], "Unknown value in template", detail);
    });
}
