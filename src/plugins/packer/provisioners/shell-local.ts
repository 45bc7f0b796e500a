import type { Provisioner } from "../../../sdk/component.ts";
import { checkLocalScripts } from "../local-script/check-scripts.ts";
import { runLocalScripts } from "../local-script/run-local-scripts.ts";
import { type LocalScriptConfig, schema } from "../local-script/options.ts";
import { ofScripts } from "../scripts/script-files.ts";

export const provisioner: Provisioner<LocalScriptConfig> = {
  kind: "provisioner",
  type: "shell-local",
  summary: "Runs shell scripts on this computer while the machine is up.",
  schema,
  onHost: true,
  checkFiles: checkLocalScripts,
  filesRead: ofScripts.filesRead,
  hasHiddenInputs: true,
  provision: (run, config, { data }) => runLocalScripts(run, config, data),
};
