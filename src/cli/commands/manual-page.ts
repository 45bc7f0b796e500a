import { VERSION } from "../../lib/version.ts";
import type { Command, CommandTable } from "../command.ts";
import { commandParts, FLAG_SYNTAX, type Row } from "./command-parts.ts";
import { ENVIRONMENT, SETTINGS_FILE } from "./environment.ts";

/** The manual page `imgbuild-NAME(1)`, from what `help NAME` is made of. */
export function commandManual(command: Command): string {
  const { summary, usage, examples, parameters, flags, notes } = commandParts(command);
  const name = `imgbuild-${command.name}`;
  return page(name, [
    section("NAME", [escaped(`${name} - ${summary.charAt(0).toLowerCase()}${summary.slice(1)}`)]),
    section("SYNOPSIS", [escaped(usage)]),
    section("ARGUMENTS", parameters.map(tagged)),
    section("OPTIONS", flags.length === 0 ? [] : [escaped(`Flags take ${FLAG_SYNTAX}.`), ...flags.map(tagged)]),
    section("NOTES", notes.map(paragraph)),
    section("EXAMPLES", examples.map(tagged)),
    section("SEE ALSO", [reference("imgbuild")]),
  ]);
}

/** The manual page `imgbuild(1)`. */
export function programManual(commands: CommandTable): string {
  const listed = Object.entries(commands).filter(([, { hidden }]) => hidden !== true);
  return page("imgbuild", [
    section("NAME", ["imgbuild \\- builds machine images from Packer templates"]),
    section("SYNOPSIS", ["imgbuild COMMAND [flags] [ARGUMENTS]"]),
    section(
      "COMMANDS",
      listed.map(([name, { summary }]) => tagged([`imgbuild ${name}`, summary])),
    ),
    section("EXIT STATUS", EXIT_CODES.map(tagged)),
    section("ENVIRONMENT", ENVIRONMENT.map(tagged)),
    section("FILES", [paragraph(SETTINGS_FILE)]),
    section("SEE ALSO", [listed.map(([name]) => reference(`imgbuild-${name}`)).join(",\n")]),
  ]);
}

const EXIT_CODES: readonly Row[] = [
  ["0", "Success."],
  ["1", "A build failed, or the template is invalid."],
  ["2", "The command line cannot be understood."],
  ["3", "fmt -check found files that are not formatted."],
  ["4", "Something had to be left behind; imgbuild cleanup removes it."],
  ["129, 130, 143", "Interrupted by SIGHUP, SIGINT or SIGTERM, and cleaned up."],
];

function page(name: string, sections: readonly string[]): string {
  return `.TH ${name.toUpperCase()} 1 "" "imgbuild ${VERSION}" "User Commands"\n${sections.join("")}`;
}

/** Nothing where there is nothing to say. */
function section(title: string, parts: readonly string[]): string {
  if (parts.length === 0) return "";
  const lines = parts.map((part) => `${part}\n`);
  return `.SH ${title}\n${lines.join("")}`;
}

const tagged = ([typed, meaning]: Row): string => `.TP\n\\fB${escaped(typed)}\\fR\n${escaped(meaning)}`;
const paragraph = (text: string): string => `.PP\n${escaped(text)}`;
const reference = (name: string): string => `\\fB${escaped(name)}\\fR(1)`;

/** As text that has no meaning to roff. */
function escaped(text: string): string {
  const plain = text.replaceAll("\\", "\\e").replaceAll("-", "\\-");
  return /^[.']/.test(plain) ? `\\&${plain}` : plain;
}
