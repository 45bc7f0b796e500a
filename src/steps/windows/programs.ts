/** PowerShell for the reader of `powershell.ts`, for versions 2 to 7; `run-program.ts` writes what they read. */

/** Exit status of the programs when not everything had arrived; nothing was run then. */
export const ARRIVED_INCOMPLETE = 96;
/** None of the programs is there. */
export const NO_SUCH_PROGRAM = 9009;

/** Names that a script of the user's will not use: it runs in a scope below this one and sees them. */
const common = `
$imgbuildRun=@{}
function Get-ImgbuildText($b){[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($b))}
function Start-ImgbuildFile($p){
[void][IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($p))
$imgbuildRun.file=[IO.File]::Create($p)}
function Add-ImgbuildPiece($b){$b=[Convert]::FromBase64String($b);$imgbuildRun.file.Write($b,0,$b.Length);[void]$imgbuildRun.sha.TransformBlock($b,0,$b.Length,$b,0)}
function Stop-ImgbuildFile{if($imgbuildRun.file){$imgbuildRun.file.Close();$imgbuildRun.file=$null}}
function Test-ImgbuildEnd($l){
Stop-ImgbuildFile
[void]$imgbuildRun.sha.TransformFinalBlock((New-Object byte[] 0),0,0)
$imgbuildRun.ready=($l.Substring(1) -eq [BitConverter]::ToString($imgbuildRun.sha.Hash).Replace('-','').ToLower())}
function Set-ImgbuildVariable($l){$w=$l.Substring(1).Split(' ');[Environment]::SetEnvironmentVariable((Get-ImgbuildText $w[0]),(Get-ImgbuildText $w[1]))}
function Remove-ImgbuildFile{if(-not $imgbuildRun.keep -and [IO.File]::Exists($imgbuildRun.path)){[IO.File]::Delete($imgbuildRun.path)}}
function Exit-Imgbuild($c,$w){[Console]::Error.WriteLine($w);exit $c}
$imgbuildRun.sha=New-Object Security.Cryptography.SHA256CryptoServiceProvider
function Read-ImgbuildHead($l){
$h=(Get-ImgbuildText $l.Substring(1)).Split([char]10)
$imgbuildRun.path=[IO.Path]::GetFullPath([Environment]::ExpandEnvironmentVariables($h[0]))
$imgbuildRun.keep=($h[1] -eq 'keep')
$imgbuildRun.head=$h
Start-ImgbuildFile $imgbuildRun.path}
function Read-ImgbuildLine($l){
$k=$l.Substring(0,1)
if($k -eq 'H'){Read-ImgbuildHead $l}
elseif($k -eq 'E'){Set-ImgbuildVariable $l}
elseif($k -eq 'V'){$imgbuildRun.settings=Get-ImgbuildText $l.Substring(1)}
elseif($k -eq 'S'){Add-ImgbuildPiece $l.Substring(1)}
elseif($k -eq '='){Test-ImgbuildEnd $l}}
`.trim();

const incomplete = `if(-not $imgbuildRun.ready){Stop-ImgbuildFile;Remove-ImgbuildFile;Exit-Imgbuild ${ARRIVED_INCOMPLETE} 'the script arrived incomplete'}`;

/**
 * No `try` stands around the script: under one PowerShell takes errors for fatal that otherwise are not. So where a script
 * fails outright its file is left, for the caller to remove.
 */
export const runScript = `${common}
{param($imgbuildText)
if($imgbuildText -ne $null){Read-ImgbuildLine $imgbuildText;return}
${incomplete}
if($imgbuildRun.settings){. ([ScriptBlock]::Create($imgbuildRun.settings))}
if($imgbuildRun.head[2] -ne '0'){Set-PSDebug -Trace ([int]$imgbuildRun.head[2])}
& $imgbuildRun.path
Set-PSDebug -Off
Remove-ImgbuildFile
exit $LASTEXITCODE}`;

/** The program gets the standard output and error of this PowerShell itself, so that nobody decodes what it prints. */
export const runFile = `${common}
function Find-ImgbuildProgram{
foreach($p in $imgbuildRun.head[2].Split('|')){
$p=[Environment]::ExpandEnvironmentVariables($p)
if([IO.File]::Exists($p)){return $p}
$c=Get-Command $p -CommandType Application -ErrorAction SilentlyContinue|Select-Object -First 1
if($c){return $c.Definition}}}
{param($imgbuildText)
if($imgbuildText -ne $null){Read-ImgbuildLine $imgbuildText;return}
${incomplete}
$p=Find-ImgbuildProgram
if(-not $p){Remove-ImgbuildFile;Exit-Imgbuild ${NO_SUCH_PROGRAM} ('none of these is there: '+$imgbuildRun.head[2].Replace('|',', '))}
$i=New-Object Diagnostics.ProcessStartInfo $p,($imgbuildRun.head[3].Replace('%',$imgbuildRun.path))
$i.UseShellExecute=$false
$r=[Diagnostics.Process]::Start($i)
$r.WaitForExit()
Remove-ImgbuildFile
exit $r.ExitCode}`;

/**
 * The Task Scheduler's own interface (MS-TSCH), which every Windows has. The task's output goes to a file, which is read
 * while it grows. Result 267009 means it runs, 267011 that it has not yet.
 */
export const runElevated = `${common}
function Clear-ImgbuildTask{
if($imgbuildRun.folder){try{$imgbuildRun.folder.DeleteTask($imgbuildRun.name,0)}catch{}}
if([IO.Directory]::Exists($imgbuildRun.directory)){[IO.Directory]::Delete($imgbuildRun.directory,$true)}}
function Copy-ImgbuildOutput($o){
if(-not $imgbuildRun.log){if(-not [IO.File]::Exists($o)){return};$imgbuildRun.log=New-Object IO.FileStream $o,([IO.FileMode]::Open),([IO.FileAccess]::Read),([IO.FileShare]7);$imgbuildRun.out=[Console]::OpenStandardOutput()}
$b=New-Object byte[] 65536
while(($n=$imgbuildRun.log.Read($b,0,$b.Length)) -gt 0){$imgbuildRun.out.Write($b,0,$n);$imgbuildRun.out.Flush()}}
function Register-ImgbuildTask($h,$o){
$s=New-Object -ComObject Schedule.Service
$s.Connect()
$t=$s.NewTask(0)
$t.RegistrationInfo.Description='A command that imgbuild runs with all rights'
$t.Principal.RunLevel=1
$g=$t.Settings
$g.DisallowStartIfOnBatteries=$false;$g.StopIfGoingOnBatteries=$false;$g.ExecutionTimeLimit='PT0S';$g.Priority=4
$a=$t.Actions.Create(0)
$a.Path='cmd.exe'
$a.Arguments='/d /c chcp 65001>nul & '+$h[3]+' > "'+$o+'" 2>&1'
$imgbuildRun.folder=$s.GetFolder('\\')
$kind=1;$p=$imgbuildRun.password
if(-not $p){$kind=5;$p=$null}
[void]$imgbuildRun.folder.RegisterTaskDefinition($imgbuildRun.name,$t,6,$h[2],$p,$kind,$null)
$imgbuildRun.folder.GetTask($imgbuildRun.name)}
{param($imgbuildText)
if($imgbuildText -ne $null){
$k=$imgbuildText.Substring(0,1)
if($k -eq 'H'){$h=(Get-ImgbuildText $imgbuildText.Substring(1)).Split([char]10);$imgbuildRun.head=$h;$imgbuildRun.name=$h[0];$imgbuildRun.directory=[IO.Path]::GetFullPath([Environment]::ExpandEnvironmentVariables($h[1]));[void][IO.Directory]::CreateDirectory($imgbuildRun.directory)}
elseif($k -eq 'P'){$imgbuildRun.password=Get-ImgbuildText $imgbuildText.Substring(1)}
elseif($k -eq 'F'){Stop-ImgbuildFile;Start-ImgbuildFile ([IO.Path]::Combine($imgbuildRun.directory,(Get-ImgbuildText $imgbuildText.Substring(1))))}
else{Read-ImgbuildLine $imgbuildText}
return}
if(-not $imgbuildRun.ready){Stop-ImgbuildFile;Clear-ImgbuildTask;Exit-Imgbuild ${ARRIVED_INCOMPLETE} 'the script arrived incomplete'}
$h=$imgbuildRun.head
$o=[IO.Path]::Combine($imgbuildRun.directory,'output')
if($h[2] -notmatch '^(NT AUTHORITY\\\\)?(SYSTEM|LOCAL SERVICE|NETWORK SERVICE)$'){icacls $imgbuildRun.directory /grant ($h[2]+':(OI)(CI)F') 2>&1|Out-Null}
try{$task=Register-ImgbuildTask $h $o;[void]$task.Run($null)}
catch{$w=$_.Exception.Message;Clear-ImgbuildTask;Exit-Imgbuild 1 ('The task could not be started: '+$w)}
do{Start-Sleep -Milliseconds 200;Copy-ImgbuildOutput $o;$r=$task.LastTaskResult}while($task.State -eq 4 -or $task.State -eq 2 -or $r -eq 267009 -or $r -eq 267011)
Copy-ImgbuildOutput $o
if($imgbuildRun.log){$imgbuildRun.log.Close()}
Clear-ImgbuildTask
exit $r}`;
