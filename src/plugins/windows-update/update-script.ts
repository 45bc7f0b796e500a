import { powershellQuote } from "../../sdk/windows/powershell.ts";

/** Exit statuses of the script. */
export const UP_TO_DATE = 0;
export const RESTART_NEEDED = 101;
/** Some were installed, and there are more. */
export const MORE_TO_COME = 100;

export interface UpdateChoice {
  readonly criteria: string;
  readonly filters: readonly string[];
  readonly limit: number;
}

/** Looks for updates, installs them and says what became of each. By the Windows Update Agent's own interface. */
export function updateScript(choice: UpdateChoice): string {
  return [...searching(choice), ...installing, ""].join("\r\n");
}

/** `$chosen` are the updates to install; `$left` is how many more there are. */
const searching = ({ criteria, filters, limit }: UpdateChoice): readonly string[] => [
  "$ProgressPreference='SilentlyContinue'",
  "function Test-RestartNeeded{(New-Object -ComObject Microsoft.Update.SystemInfo).RebootRequired -or (Test-Path 'HKLM:SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending')}",
  `function Test-Wanted{\n${filters.map(filterLine).join("\n")}\n$false}`,
  `if(Test-RestartNeeded){'Windows has a restart pending';exit ${RESTART_NEEDED}}`,
  "$session=New-Object -ComObject Microsoft.Update.Session",
  "$session.ClientApplicationID='imgbuild'",
  "'Searching for updates...'",
  `$found=$session.CreateUpdateSearcher().Search(${powershellQuote(criteria)})`,
  "$chosen=New-Object -ComObject Microsoft.Update.UpdateColl",
  "$left=0",
  "foreach($update in $found.Updates){",
  'if(-not ($update|ForEach-Object{Test-Wanted})){"Left out: $($update.Title)";continue}',
  'if($update.InstallationBehavior.CanRequestUserInput){"Left out, since it asks questions: $($update.Title)";continue}',
  `if($chosen.Count -ge ${limit}){$left++;continue}`,
  "if(-not $update.EulaAccepted){$update.AcceptEula()}",
  '"Found: $($update.Title)"',
  "[void]$chosen.Add($update)}",
  `if($chosen.Count -eq 0){'There are no updates to install';exit ${UP_TO_DATE}}`,
];

const installing: readonly string[] = [
  '"Downloading $($chosen.Count) updates..."',
  "$downloader=$session.CreateUpdateDownloader()",
  "$downloader.Updates=$chosen",
  "$result=$downloader.Download()",
  'if($result.ResultCode -ne 2 -and $result.ResultCode -ne 3){"The download failed ($($result.HResult))";exit 1}',
  "$ready=New-Object -ComObject Microsoft.Update.UpdateColl",
  "foreach($update in $chosen){if($update.IsDownloaded){[void]$ready.Add($update)}}",
  "if($ready.Count -eq 0){'No update was downloaded';exit 1}",
  '"Installing $($ready.Count) updates..."',
  "$installer=$session.CreateUpdateInstaller()",
  "$installer.ForceQuiet=$true",
  "$installer.Updates=$ready",
  "$result=$installer.Install()",
  "for($i=0;$i -lt $ready.Count;$i++){",
  "$one=$result.GetUpdateResult($i)",
  "$word='failed'",
  "if($one.ResultCode -eq 2){$word='installed'}elseif($one.ResultCode -eq 3){$word='installed, with errors'}",
  '"$($ready.Item($i).Title): $word"}',
  `if($result.RebootRequired -or (Test-RestartNeeded)){exit ${RESTART_NEEDED}}`,
  'if($result.ResultCode -ne 2 -and $result.ResultCode -ne 3){"The installation failed ($($result.HResult))";exit 1}',
  `if($left -gt 0){exit ${MORE_TO_COME}}`,
  `exit ${UP_TO_DATE}`,
];

/** The expression is the user's own PowerShell, over `$_`. */
function filterLine(filter: string): string {
  const at = filter.indexOf(":");
  const answer = filter.slice(0, at) === "include" ? "$true" : "$false";
  return `if(${filter.slice(at + 1)}){return ${answer}}`;
}
