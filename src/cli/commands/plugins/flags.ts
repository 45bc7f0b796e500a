import { booleanFlag, textFlag, type FlagValues } from "../../command.ts";
import { outputFlags } from "../../output-flags.ts";
import { templateFlags } from "../../template-flags.ts";

export const pluginFlags = {
  ...templateFlags,
  path: textFlag("FILE", "install: take this binary instead of a release."),
  force: booleanFlag("install: again, although it is there."),
  mirror: textFlag("PLACE", "install: fetch from this mirror only. Default: IMGBUILD_PLUGIN_MIRROR."),
  progress: outputFlags.progress,
  color: outputFlags.color,
};
export type PluginFlags = FlagValues<typeof pluginFlags>;
