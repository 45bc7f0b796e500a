import { dirname, resolve } from "node:path";
import type { Host } from "../sdk/host.ts";
import type { LoadOptions } from "../template/load-options.ts";
import { choiceFlag, listFlag, type CommandArgument, type FlagValues } from "./command.ts";

/** The flags of every command that reads a template. */
export const templateFlags = {
  var: listFlag(
    "NAME=VALUE",
    "Set an input variable. To keep a secret out of the process list, use PKR_VAR_NAME or a file.",
  ),
  "var-file": listFlag("FILE", "Read input variables from a .pkrvars.hcl, .hcl or .json file."),
  only: listFlag("NAMES", "Run only the builds with these names, separated by commas. Patterns: * ? [ab] {a,b}.", {
    separator: ",",
  }),
  except: listFlag("NAMES", "Leave out the builds (and post-processors) with these names. Patterns as for -only.", {
    separator: ",",
  }),
  plugin: listFlag(
    "NAMES",
    "Use these plugins as they are installed, even for what is built in. Default: IMGBUILD_PLUGINS.",
    {
      separator: ",",
    },
  ),
  "config-type": choiceFlag(["hcl2", "json"], "How to read the template, whatever its name says."),
};

export const templateArgument: CommandArgument = {
  name: "template",
  description:
    "A .pkr.hcl or .pkr.json file, a directory of them, a legacy .json template, or - for one on standard input.",
};

export function templateOptions(
  flags: FlagValues<typeof templateFlags>,
): Pick<LoadOptions, "vars" | "varFiles" | "only" | "except" | "configType"> {
  const { var: vars, "var-file": varFiles, only, except, "config-type": configType } = flags;
  return { vars, varFiles, only, except, configType };
}

/** Where the template is, before it is read. */
export function templateDirectory({ cwd }: Pick<Host, "cwd">, path: string): string {
  if (path === "-") return cwd;
  const absolute = resolve(cwd, path);
  const isFile = /\.(hcl|json)$/.test(path);
  return isFile ? dirname(absolute) : absolute;
}
