import { VERSION } from "../../lib/version.ts";
import type { Command, CommandArgument, Flag, CommandTable } from "../command.ts";

/** The first page: an example, then what there is. */
export function programHelp(commands: CommandTable): string {
  const rows = Object.entries(commands)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name, { summary }]) => [name, summary] as const);
  return `imgbuild v${VERSION} builds machine images from Packer templates.

  imgbuild validate template.pkr.hcl      is the template right?
  imgbuild build template.pkr.hcl         make the images

Commands:
${columns(rows)}

  imgbuild help COMMAND                   examples and flags of one command
  imgbuild docs TYPE                      options of a builder, provisioner, post-processor or data source

Exit codes: 0 success, 1 failed build or invalid template, 2 wrong usage, 3 \`fmt -check\` found differences,
4 something had to be left behind, 130/143/129 interrupted (SIGINT/SIGTERM/SIGHUP) and cleaned up.
`;
}

/** Help of one command: examples first. */
export function commandHelp(command: Command): string {
  const examples = command.examples.map(({ command: line, explains }) => [line, explains] as const);
  const flags = Object.entries(command.flags)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name, flag]) => [flagUsage(name, flag), flagText(flag)] as const);
  const parts = [
    `${command.summary}.`,
    columns(examples),
    `Usage: imgbuild ${command.name}${flags.length > 0 ? " [flags]" : ""}${command.arguments.map(argumentUsage).join("")}`,
    columns(command.arguments.map(({ name, description }) => [name.toUpperCase(), description] as const)),
    flags.length > 0 ? `Flags (one dash or two, -x=v or -x v):\n${columns(flags)}` : "",
    ...(command.notes ?? []).map((note) => wrap(note, 0)),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function argumentUsage({ name, optional, variadic }: CommandArgument): string {
  const text = `${name.toUpperCase()}${variadic ? "..." : ""}`;
  return optional ? ` [${text}]` : ` ${text}`;
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

const WIDTH = 110;

/** Two columns; a first column too wide for its row gets a line of its own. */
function columns(rows: readonly (readonly [string, string])[]): string {
  const left = Math.min(38, Math.max(0, ...rows.map(([first]) => first.length)));
  const indent = left + 4;
  return rows
    .map(([first, second]) => {
      const text = wrap(second, indent);
      return first.length > left ? `  ${first}\n${" ".repeat(indent)}${text}` : `  ${first.padEnd(left)}  ${text}`;
    })
    .join("\n");
}

function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH - indent) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}
