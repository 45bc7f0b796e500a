/** Which PowerShell runs, and how. */
export interface PowershellOptions {
  /** Default `powershell`, which every Windows has; `pwsh` is PowerShell 7. */
  readonly executable?: string | undefined;
  /** For scripts that are files. Default `bypass`; `undefined` as text is not a policy but the absence of the switch. */
  readonly executionPolicy?: string | undefined;
}

/**
 * The command line of a PowerShell that reads its program from the first line of standard input, and hands it every
 * further line. So a command line is never longer than cmd.exe takes (8191 characters), holds no secret, and neither does
 * the text of a script block that PowerShell may log: what is secret travels as data.
 *
 * `-OutputFormat Text` keeps errors readable: without it an encoded command writes them as XML.
 */
export function powershellReader({ executable = "powershell", executionPolicy }: PowershellOptions = {}): string {
  return [
    executable,
    "-NoProfile -NonInteractive -OutputFormat Text",
    ...(executionPolicy === undefined ? [] : [`-ExecutionPolicy ${executionPolicy}`]),
    `-EncodedCommand ${encodeCommand(reader)}`,
  ].join(" ");
}

/** The command line of a PowerShell that runs a short text. */
export function powershellCommand(text: string, { executable = "powershell" }: PowershellOptions = {}): string {
  return `${executable} -NoProfile -NonInteractive -OutputFormat Text -ExecutionPolicy Bypass -EncodedCommand ${encodeCommand(quiet + text)}`;
}

/** As `-EncodedCommand` wants it. */
function encodeCommand(text: string): string {
  return Buffer.from(text, "utf16le").toString("base64");
}

const quiet = "$ProgressPreference='SilentlyContinue';";

/**
 * Windows PowerShell 2 and later. The program, in base64, has to give a script block, which is called with each further
 * line, and at the end with `$null`. That `$input` occurs makes PowerShell 3 and later pass standard input on.
 */
export const reader = [
  `begin{${quiet}$imgbuild=$null}`,
  "process{$imgbuildLine=[string]$_;$null=$input",
  "if($imgbuild){&$imgbuild $imgbuildLine}",
  "else{$imgbuild=. ([ScriptBlock]::Create([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($imgbuildLine))))}}",
  "end{if($imgbuild){&$imgbuild $null}else{exit 99}}",
].join("\n");

/** Nothing had arrived when standard input ended. */
export const NO_PROGRAM = 99;

/** A line for the reader: of the program, or of data that the program reads as text. */
export function inputLine(text: string): string {
  return `${Buffer.from(text).toString("base64")}\n`;
}

/** A text as PowerShell takes it literally. It reads the typographic quotes as quotes too. */
export function powershellQuote(text: string): string {
  return `'${text.replace(/['\u2018\u2019\u201a\u201b]/g, "$&$&")}'`;
}
