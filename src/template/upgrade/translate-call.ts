import type { Operand, PipelineCommand, TemplatePipeline } from "../../lib/go-template/ast.ts";
import { quoteHcl } from "./hcl-text.ts";

/** What a translation has to know about the rest of the template. */
export interface TranslationContext {
  /** What a user variable is called now: `var.x`, or `local.x` where its default is not constant. */
  readonly referenceTo: (name: string) => string;
  /** Called with each user variable that is read. */
  readonly onVariable: (name: string) => void;
  /** A reference to the local value with the time of the run. */
  readonly timestamp: () => string;
  /** In provisioners and post-processors, where `build.*` means something. */
  readonly inBuild: boolean;
}

/** An action as an HCL expression, or undefined where HCL has no equivalent. */
export function translatePipeline(pipeline: TemplatePipeline, context: TranslationContext): string | undefined {
  if (pipeline.variables.length > 0 || isLiteral(pipeline)) return undefined;
  let piped: readonly string[] = [];
  for (const command of pipeline.commands) {
    const translated = translateCommand(command, piped, context);
    if (translated === undefined) return undefined;
    piped = [translated];
  }
  return piped[0];
}

/** `{{ "{{" }}` has to stay: HCL2 templates interpret braces in texts as well. */
function isLiteral({ commands: [command, ...others] }: TemplatePipeline): boolean {
  return others.length === 0 && command?.operands.length === 1 && command.operands[0]?.kind === "literal";
}

function translateCommand(
  { operands }: PipelineCommand,
  piped: readonly string[],
  context: TranslationContext,
): string | undefined {
  const [head, ...rest] = operands as [Operand, ...Operand[]];
  if (head.kind !== "function") {
    const isAlone = rest.length + piped.length === 0;
    return isAlone ? translateOperand(head, context) : undefined;
  }
  const args = rest.map((operand) => translateOperand(operand, context));
  if (!args.every((arg) => arg !== undefined)) return undefined;
  return translateCall(head.name, [...args, ...piped], context);
}

function translateOperand(operand: Operand, context: TranslationContext): string | undefined {
  switch (operand.kind) {
    case "literal":
      return translateLiteral(operand.value);
    case "pipeline":
      return translatePipeline(operand.pipeline, context);
    case "function":
      return translateCall(operand.name, [], context);
    default:
      return undefined;
  }
}

function translateLiteral(value: unknown): string {
  if (typeof value === "string") return quoteHcl(value);
  return String(value);
}

function translateCall(name: string, args: readonly string[], context: TranslationContext): string | undefined {
  if (!Object.hasOwn(calls, name)) return undefined;
  return calls[name]!(args, context);
}

type Translation = (args: readonly string[], context: TranslationContext) => string | undefined;

/** The text of an argument that is a string literal. */
function literal(arg: string | undefined): string | undefined {
  if (!arg?.startsWith('"')) return undefined;
  return JSON.parse(arg.replace(/([$%])\1\{/g, "$1{")) as string;
}

const calls: Readonly<Record<string, Translation>> = {
  user: ([arg], { referenceTo, onVariable }) => {
    const name = literal(arg);
    if (name === undefined) return undefined;
    onVariable(name);
    return referenceTo(name);
  },
  env: ([name]) => name && `env(${name})`,
  build: ([arg], { inBuild }) => {
    const name = literal(arg);
    if (name === undefined || !inBuild) return undefined;
    return `build.${name}`;
  },
  build_name: () => "source.name",
  build_type: () => "source.type",
  timestamp: (_args, { timestamp }) => timestamp(),
  isotime: ([layout]) => `legacy_isotime(${layout ?? ""})`,
  strftime: ([format]) => format && `legacy_strftime(${format})`,
  uuid: () => "uuidv4()",
  pwd: () => "path.cwd",
  template_dir: () => "abspath(path.root)",
  packer_version: () => "packer.version",
  upper: ([text]) => text && `upper(${text})`,
  lower: ([text]) => text && `lower(${text})`,
  split: ([text, separator, index]) => index && `split(${separator}, ${text})[${index}]`,
  replace_all: ([from, to, text]) => text && `replace(${text}, ${from}, ${to})`,
  replace: ([from, to, count, text]) => {
    if (!text || count !== "-1") return undefined;
    return `replace(${text}, ${from}, ${to})`;
  },
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
