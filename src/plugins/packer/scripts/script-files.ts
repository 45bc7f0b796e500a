import type { KeyInputs } from "../../../sdk/checkpoint.ts";
import type { CheckPlaces } from "../../../sdk/component.ts";
import { fileInputs } from "../../../sdk/file-inputs.ts";
import { missingFiles } from "../../../sdk/missing-files.ts";
import type { ConfigIssue } from "../../../sdk/schema/schema.ts";

/** Of every component that runs scripts. */
export interface ScriptArguments {
  readonly script?: string | undefined;
  readonly scripts?: readonly string[] | undefined;
}

/** `checkFiles` and `filesRead` of a component whose files are its scripts. */
export const ofScripts = {
  checkFiles: (config: ScriptArguments, { work }: Pick<CheckPlaces, "work">): Promise<readonly ConfigIssue[]> =>
    missingFiles(scriptFiles(config), work),
  filesRead: (config: ScriptArguments, { work }: { readonly work: string }): Promise<KeyInputs> => {
    const files = scriptFiles(config).map(([, file]) => file);
    return fileInputs(files, work);
  },
};

/** With the place of each in the configuration. */
export function scriptFiles({
  script,
  scripts = [],
}: ScriptArguments): readonly (readonly [ConfigIssue["path"], string])[] {
  if (script !== undefined) return [[["script"], script]];
  return scripts.map((file, index) => [["scripts", index], file] as const);
}
