import { argumentText, type Command, type CommandArgument, type Flag } from "../command.ts";

/** What is said of a command in its help and in its manual page. */
export interface CommandParts {
  readonly summary: string;
  readonly usage: string;
  readonly examples: readonly Row[];
  readonly parameters: readonly Row[];
  readonly flags: readonly Row[];
  readonly notes: readonly string[];
}

/** Something as it is typed, and what it means. */
export type Row = readonly [typed: string, meaning: string];

export const FLAG_SYNTAX = "one dash or two, -x=v or -x v";

export function commandParts(command: Command): CommandParts {
  const flags = Object.entries(command.flags)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name, flag]) => [flagUsage(name, flag), flagText(flag)] as const);
  const usage = ["imgbuild", command.name, ...command.arguments.map(argumentUsage)];
  if (flags.length > 0) usage.splice(2, 0, "[flags]");
  return {
    summary: command.summary,
    usage: usage.join(" "),
    examples: command.examples.map(({ command: line, explains }) => [line, explains] as const),
    parameters: command.arguments.map(({ name, description }) => [name.toUpperCase(), description] as const),
    flags,
    notes: command.notes ?? [],
  };
}

function argumentUsage(argument: CommandArgument): string {
  const text = argumentText(argument).toUpperCase();
  return argument.optional ? `[${text}]` : text;
}

function flagUsage(name: string, flag: Flag): string {
  switch (flag.kind) {
    case "boolean":
      return flag.default ? `-${name}=false` : `-${name}`;
    case "choice":
      return `-${name}=${flag.choices.join("|")}`;
    default:
      return `-${name}=${flag.value}`;
  }
}

function flagText(flag: Flag): string {
  const notes: string[] = [];
  if (flag.kind === "list") notes.push("May be given several times.");
  if ((flag.kind === "integer" || flag.kind === "choice") && flag.default !== undefined)
    notes.push(`Default: ${flag.default}.`);
  return [flag.description, ...notes].join(" ");
}
