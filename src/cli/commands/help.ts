import { VERSION } from "../../lib/version.ts";
import type { Command, CommandTable } from "../command.ts";
import { commandParts, FLAG_SYNTAX, type Row } from "./command-parts.ts";
import { ENVIRONMENT, SETTINGS_FILE } from "./environment.ts";

/** The first page: an example, then the list of commands. */
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
  imgbuild help environment               variables of the environment, and the file of settings
  imgbuild docs TYPE                      options of a builder, provisioner, post-processor or data source
  imgbuild packer COMMAND                 as scripts know Packer: its version, its exit codes

Exit codes: 0 success, 1 failed build or invalid template, 2 wrong usage, 3 \`fmt -check\` found differences,
4 something had to be left behind, 130/143/129 interrupted (SIGINT/SIGTERM/SIGHUP) and cleaned up.
`;
}

/** Help of one command: examples first. */
export function commandHelp(command: Command): string {
  const { summary, examples, usage, parameters, flags, notes } = commandParts(command);
  const parts = [`${summary}.`, columns(examples), `Usage: ${usage}`, columns(parameters)];
  if (flags.length > 0) parts.push(`Flags (${FLAG_SYNTAX}):\n${columns(flags)}`);
  for (const note of notes) parts.push(wrap(note, 0));
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** `help environment`. */
export function environmentHelp(): string {
  return `Variables of the environment.\n\n${columns(ENVIRONMENT)}\n\n${wrap(SETTINGS_FILE, 0)}\n`;
}

const WIDTH = 110;

/** Two columns; a first column too wide for its row gets a line of its own. */
function columns(rows: readonly Row[]): string {
  const left = Math.min(38, Math.max(0, ...rows.map(([first]) => first.length)));
  const indent = left + 4;
  const lines = rows.map(([first, second]) => {
    const text = wrap(second, indent);
    const isWide = first.length > left;
    return isWide ? `  ${first}\n${" ".repeat(indent)}${text}` : `  ${first.padEnd(left)}  ${text}`;
  });
  return lines.join("\n");
}

function wrap(text: string, indent: number): string {
  const [first = "", ...words] = text.split(" ");
  const lines: string[] = [];
  let line = first;
  for (const word of words) {
    const joined = `${line} ${word}`;
    if (joined.length <= WIDTH - indent) {
      line = joined;
      continue;
    }
    lines.push(line);
    line = word;
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}
