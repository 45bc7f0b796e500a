import type { Template } from "../template/model.ts";
import type { FlagValues } from "./command.ts";
import type { templateFlags } from "./template-flags.ts";

export interface VariableArguments {
  /** What makes the same template of the same files. */
  readonly open: readonly string[];
  /** Values of sensitive variables, which no command line shows: `-var=NAME=<sensitive>`. */
  readonly masked: readonly string[];
}

/** The arguments of a command that give the variables of a template their values. */
export function variableArguments({ variables }: Template, flags: FlagValues<typeof templateFlags>): VariableArguments {
  const secrets = new Set(variables.filter(({ sensitive }) => sensitive).map(({ name }) => name));
  const nameOf = (text: string): string => text.split("=", 1)[0]!;
  const isSecret = (text: string): boolean => secrets.has(nameOf(text));
  const configType = flags["config-type"];
  const open = [
    ...(configType === undefined ? [] : [`-config-type=${configType}`]),
    ...(flags.plugin.length === 0 ? [] : [`-plugin=${flags.plugin.join(",")}`]),
    ...flags["var-file"].map((file) => `-var-file=${file}`),
    ...flags.var.filter((text) => !isSecret(text)).map((text) => `-var=${text}`),
  ];
  return { open, masked: flags.var.filter(isSecret).map((text) => `-var=${nameOf(text)}=<sensitive>`) };
}
