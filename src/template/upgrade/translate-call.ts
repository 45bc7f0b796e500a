import type { PipelineCommand, Operand, TemplatePipeline } from "../../lib/go-template/ast.ts";
import { hclName, quoteHcl } from "./hcl-text.ts";

/** What a translation has to know about the rest of the template. */
export interface TranslationContext {
  /** User variables that became local values, because their defaults are not constant. */
  readonly isLocal: (name: string) => boolean;
  /** Told of each user variable that is read. */
  readonly onVariable: (name: string) => void;
  /** Told when the result needs `local.timestamp`. */
  readonly onTimestamp: () => void;
  /** In provisioners and post-processors, where `build.*` means something. */
  readonly inBuild: boolean;
}

/** An action as an HCL expression, or undefined where HCL has no equivalent. */
export function translatePipeline(pipeline: TemplatePipeline, context: TranslationContext): string | undefined {
  if (pipeline.variables.length > 0 || isLiteral(pipeline)) return undefined;
  let piped: string | undefined;
  for (const [index, command] of pipeline.commands.entries()) {
    piped = translateCommand(command, index === 0 ? [] : [piped!], context);
    if (piped === undefined) return undefined;
  }
  return piped;
}

/** `{{ "{{" }}` has to stay: HCL2 templates read braces in texts as well. */
function isLiteral({ commands: [command, ...others] }: TemplatePipeline): boolean {
  return others.length === 0 && command?.operands.length === 1 && command.operands[0]?.kind === "literal";
}

function translateCommand(
  { operands }: PipelineCommand,
  piped: readonly string[],
  context: TranslationContext,
): string | undefined {
  const [head, ...rest] = operands as [Operand, ...Operand[]];
  if (head.kind !== "function") return rest.length + piped.length > 0 ? undefined : translateOperand(head, context);
  const args = rest.map((operand) => translateOperand(operand, context));
  if (args.some((arg) => arg === undefined)) return undefined;
  return translateCall(head.name, [...(args as string[]), ...piped], context);
}

function translateOperand(operand: Operand, context: TranslationContext): string | undefined {
  switch (operand.kind) {
    case "literal":
      return typeof operand.value === "string" ? quoteHcl(operand.value) : String(operand.value);
    case "pipeline":
      return translatePipeline(operand.pipeline, context);
    case "function":
      return translateCall(operand.name, [], context);
    default:
      return undefined;
  }
}

function translateCall(name: string, args: readonly string[], context: TranslationContext): string | undefined {
  const translation = Object.hasOwn(calls, name) ? calls[name] : undefined;
  return translation?.(args, context);
}

type Translation = (args: readonly string[], context: TranslationContext) => string | undefined;

const literal = (arg: string | undefined): string | undefined =>
  arg?.startsWith('"') ? (JSON.parse(arg.replace(/([$%])\1\{/g, "$1{")) as string) : undefined;

const calls: Readonly<Record<string, Translation>> = {
  user: ([arg], { isLocal, onVariable }) => {
    const name = literal(arg);
    if (name === undefined) return undefined;
    onVariable(name);
    return `${isLocal(name) ? "local" : "var"}.${hclName(name)}`;
  },
  env: ([name]) => name && `env(${name})`,
  build: ([arg], { inBuild }) => {
    const name = literal(arg);
    return name !== undefined && inBuild ? `build.${name}` : undefined;
  },
  build_name: () => "source.name",
  build_type: () => "source.type",
  timestamp: (_args, { onTimestamp }) => {
    onTimestamp();
    return "local.timestamp";
  },
  isotime: ([layout]) => `legacy_isotime(${layout ?? ""})`,
  strftime: ([format]) => format && `legacy_strftime(${format})`,
  uuid: () => "uuidv4()",
  pwd: () => "path.cwd",
  template_dir: () => "path.root",
  packer_version: () => "packer.version",
  upper: ([text]) => text && `upper(${text})`,
  lower: ([text]) => text && `lower(${text})`,
  split: ([text, separator, index]) => index && `split(${separator}, ${text})[${index}]`,
  replace_all: ([from, to, text]) => text && `replace(${text}, ${from}, ${to})`,
  replace: ([from, to, count, text]) => (text && count === "-1" ? `replace(${text}, ${from}, ${to})` : undefined),
  clean_resource_name: clean,
  clean_ami_name: clean,
  clean_image_name: clean,
  consul_key: ([key]) => key && `consul_key(${key})`,
  vault: ([path, key]) => key && `vault(${path}, ${key})`,
  aws_secretsmanager: ([name, key]) => name && `aws_secretsmanager(${name}, ${key ?? "null"})`,
  aws_secretsmanager_raw: ([name]) => name && `aws_secretsmanager_raw(${name})`,
};

function clean([name]: readonly string[]): string | undefined {
  return name && `regex_replace(${name}, "[^A-Za-z0-9()\\\\[\\\\] ./'@_-]", "-")`;
}
