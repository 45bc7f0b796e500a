import type { Row } from "./command-parts.ts";

/** The variables of the environment that a user may set, and what each means. Those of Amazon's and other tools aside. */
export const ENVIRONMENT: readonly Row[] = [
  ["PKR_VAR_NAME", "The value of the input variable NAME."],
  ["IMGBUILD_CHECKPOINTS", "1 is -checkpoints for every build."],
  ["IMGBUILD_CHECKPOINTS_LIMIT", "How large the store of checkpoints may become. Default: 20GB."],
  ["IMGBUILD_CHECKPOINT_DIR", "Where checkpoints are kept. Default: ~/.cache/imgbuild/checkpoints."],
  ["IMGBUILD_STORE", "-store of build and plan."],
  ["IMGBUILD_METADATA_FILE", "-metadata-file for every build."],
  ["IMGBUILD_STATE_DIR", "Where runs and their logs are kept. Default: ~/.local/state/imgbuild."],
  ["IMGBUILD_KEEP_RUNS", "How long runs that left nothing are kept, or never. Default: 2160h."],
  ["IMGBUILD_LOG, PACKER_LOG", "1 for a log of what happens inside, on standard error."],
  ["IMGBUILD_LOG_PATH, PACKER_LOG_PATH", "A file for that log."],
  ["IMGBUILD_PLUGINS", "Plugins to use as they are installed, as -plugin."],
  ["IMGBUILD_PLUGIN_MIRROR", "The folder or address that init takes plugins from, and nothing else."],
  ["IMGBUILD_PLUGIN_KEYRING", "A keyring: init takes only plugins that one of its keys has signed."],
  ["PACKER_CONFIG_DIR, PACKER_PLUGIN_PATH", "Where plugins are."],
  ["PACKER_GITHUB_API_TOKEN", "A login of GitHub's API for init; GITHUB_TOKEN and GH_TOKEN are taken as well."],
  ["PACKER_CACHE_DIR", "Where downloads are kept. Default: ~/.cache/packer."],
  ["PACKER_GETTER_READ_TIMEOUT", "How long a download may stand still. Default: 1m."],
  ["PACKER_KEY_INTERVAL", "boot_key_interval where a template does not set it."],
  ["HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY", "Proxies, in small letters too."],
  ["SOURCE_DATE_EPOCH", "The time of the run, in seconds since 1970: what is made is the same each time."],
  ["TMPDIR", "Where temporary files are. Default: /tmp."],
  ["NO_COLOR, PACKER_NO_COLOR", "Set to anything: no colour."],
  ["FORCE_COLOR", "Set to anything but 0 and false: colour in pipes, too."],
];

/** The file whose settings give way to the environment, which gives way to flags. */
export const SETTINGS_FILE =
  "Settings for all builds stand in ~/.config/imgbuild/settings.hcl (below XDG_CONFIG_HOME where that is set; on Windows below %APPDATA%): checkpoints, checkpoints_limit and checkpoint_directory. A variable overrides the file, and a flag overrides both.";
