import { powershellCommand, powershellQuote } from "../../../../sdk/windows/powershell.ts";
import type { Probe } from "./probe.ts";

/** cloudbase-init is to Windows what cloud-init is to others: its service stops when all is done. */
export const cloudbaseInitProbe: Probe = {
  what: "cloudbase-init",
  done: "cloudbase-init has finished",
  command: powershellCommand(
    "$s=Get-Service cloudbase-init -ErrorAction SilentlyContinue;if($s -and $s.Status -ne 'Stopped'){[Console]::Error.WriteLine('still working');exit 1}",
  ),
  hint: "Look at the log of cloudbase-init in the machine, or raise timeout.",
};

export function windowsPortProbe(host: string, port: number): Probe {
  const script = [
    "$c=New-Object Net.Sockets.TcpClient",
    `try{$a=$c.BeginConnect(${powershellQuote(host)},${port},$null,$null)`,
    "if(-not $a.AsyncWaitHandle.WaitOne(3000)){exit 1}",
    "$c.EndConnect($a)}catch{exit 1}finally{$c.Close()}",
  ].join("\n");
  const what = `port ${port} on ${host}`;
  return { what, done: `Port ${port} on ${host} is open`, command: powershellCommand(script) };
}
