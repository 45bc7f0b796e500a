import { missingFiles } from "../../../sdk/missing-files.ts";
import type { ConfigIssue } from "../../../sdk/schema/schema.ts";
import type { VagrantConfig } from "./options.ts";

/** Files the box is to hold that are not there now (and are not made during the build). */
export function checkBoxFiles(config: VagrantConfig, work: string): Promise<readonly ConfigIssue[]> {
  const named: [ConfigIssue["path"], string][] = config.include.map((file, index) => [["include", index], file]);
  if (config.vagrantfile_template !== undefined && !config.vagrantfile_template_generated) {
    named.push([["vagrantfile_template"], config.vagrantfile_template]);
  }
  return missingFiles(named, work);
}
