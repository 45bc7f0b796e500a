import type { PostProcessor } from "../../../sdk/component.ts";
import { checkLocalScripts } from "../local-script/check-scripts.ts";
import { runLocalScripts } from "../local-script/run-local-scripts.ts";
import { type LocalScriptConfig, schema } from "../local-script/options.ts";

/** The artifact passes through, whatever the script did with its files, so it is never ours to remove. */
export const postProcessor: PostProcessor<LocalScriptConfig> = {
  kind: "post-processor",
  type: "shell-local",
  summary: "Runs shell scripts on this computer when the artifact is there.",
  schema,
  checkFiles: checkLocalScripts,
  async process(run, config, input) {
    await runLocalScripts(run, config, {});
    return { artifact: input, keepInput: true, mustKeepInput: true };
  },
};
