import { askGuest } from "../guest-command.ts";
import type { Communicator } from "../../sdk/communicator.ts";
import { inputLine, powershellReader } from "../../sdk/windows/powershell.ts";

export interface Listed {
  readonly kind: "file" | "directory";
  readonly path: string;
}

/** What a pattern with wildcards matches in a Windows machine, by name. */
export async function listWindowsFiles(
  communicator: Communicator,
  pattern: string,
  signal: AbortSignal,
): Promise<readonly Listed[]> {
  const stdin = inputLine(listFiles) + inputLine(pattern);
  const { stdout } = await askGuest(communicator, powershellReader(), { signal, stdin, pty: false });
  return stdout.split(/\r?\n/).flatMap((line): Listed[] => {
    const [, kind, path] = /^([df]) (\S+)$/.exec(line) ?? [];
    if (path === undefined) return [];
    return [{ kind: kind === "d" ? "directory" : "file", path: Buffer.from(path, "base64").toString("utf8") }];
  });
}

/** Read by the reader of `powershell.ts`. */
export const listFiles = `{param($imgbuildText)
if($imgbuildText -eq $null){return}
$p=[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($imgbuildText))
$p=[Environment]::ExpandEnvironmentVariables([regex]::Replace($p,'(?i)\\$env:(\\w+)','%$1%'))
foreach($f in @(Get-Item -Path $p -Force -ErrorAction SilentlyContinue)){
if($f){
$k='f'
if($f.PSIsContainer){$k='d'}
[Console]::Out.WriteLine($k+' '+[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($f.FullName)))}}}`;
