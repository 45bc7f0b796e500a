import { fileInputs } from "../../../sdk/file-inputs.ts";
import type { Provisioner } from "../../../sdk/component.ts";
import { runLocalScripts } from "../local-script/run-local-scripts.ts";
import { missingScripts, type LocalScriptConfig, schema } from "../local-script/options.ts";

export const provisioner: Provisioner<LocalScriptConfig> = {
  kind: "provisioner",
  type: "shell-local",
  summary: "Runs shell scripts on this computer while the machine is up.",
  schema,
  onHost: true,
  checkFiles: missingScripts,
  hasHiddenInputs: true,
  filesRead: ({ script, scripts = [] }, { work }) =>
    fileInputs(
      [script, ...scripts].filter((file) => file !== undefined),
      work,
    ),
  provision: (run, config, { data }) => runLocalScripts(run, config, data),
};
