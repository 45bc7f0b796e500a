import { common, failures, record } from "./common.ts";

/**
 * Takes a file or a tree. The first line holds the kind (`file` or `tree`), the target and the name of what is not yet
 * complete. Everything goes aside first; when the digest is right it is moved into place. A file that was there comes
 * back where its successor cannot take its place.
 */
export const receiveFiles = `${common}
function PutInPlace($from,$to){
if([IO.Directory]::Exists($to)){Quit ${failures.directory} $to}
$had=[IO.File]::Exists($to)
$old=$to+$s.x
if($had){[IO.File]::Move($to,$old)}
try{[IO.File]::Move($from,$to)}catch{if($had){[IO.File]::Move($old,$to)};throw}
if($had){
try{[IO.File]::SetAttributes($old,[IO.FileAttributes]::Normal);[IO.File]::Delete($old)}
catch{[IO.File]::Delete($to);[IO.File]::Move($old,$to);throw}}}
function OpenTarget($line){
$h=(FromBase64 $line).Split([char]10)
$s.kind=$h[0];$s.to=FullPath $h[1];$s.x=$h[2]
if($s.kind -eq 'file'){
if([IO.Directory]::Exists($s.to)){Quit ${failures.directory} $s.to}
[void][IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($s.to))
$s.t=$s.to+$s.x}
else{
if([IO.File]::Exists($s.to)){Quit ${failures.file} $s.to}
[void][IO.Directory]::CreateDirectory($s.to)
$s.t=[IO.Path]::Combine($s.to,$s.x)
[void][IO.Directory]::CreateDirectory($s.t)}
$s.sha=NewSha;$s.n=0}
function Target($b){if($s.kind -eq 'file'){$s.t}else{[IO.Path]::Combine($s.t,[Text.Encoding]::UTF8.GetString($b))}}
function TakeLine($line){
$m=New-Object IO.MemoryStream @(,[Convert]::FromBase64String($line))
$g=New-Object IO.Compression.GZipStream $m,([IO.Compression.CompressionMode]::Decompress)
$r=New-Object IO.BinaryReader $g
while(($k=$r.ReadByte()) -ne ${record.end}){
$n=$r.ReadInt32()
$b=$r.ReadBytes($n)
if($k -eq ${record.data}){$s.f.Write($b,0,$n);[void]$s.sha.TransformBlock($b,0,$n,$b,0)}
elseif($k -eq ${record.directory}){[void][IO.Directory]::CreateDirectory((Target $b))}
else{if($s.f){$s.f.Close()};$s.f=[IO.File]::Create((Target $b));$s.n++}}
$r.Close()}
function FinishAll($line){
if($s.f){$s.f.Close();$s.f=$null}
if($line -ne '='+(HexOf $s.sha)+' '+$s.n){Quit ${failures.incomplete} ''}
if($s.kind -eq 'file'){PutInPlace $s.t $s.to}
else{
$cut=$s.t.Length+1
foreach($d in [IO.Directory]::GetDirectories($s.t,'*',[IO.SearchOption]::AllDirectories)){[void][IO.Directory]::CreateDirectory([IO.Path]::Combine($s.to,$d.Substring($cut)))}
foreach($f in [IO.Directory]::GetFiles($s.t,'*',[IO.SearchOption]::AllDirectories)){PutInPlace $f ([IO.Path]::Combine($s.to,$f.Substring($cut)))}
[IO.Directory]::Delete($s.t,$true)}
$s.t=$null
$s.done=$true}
{param($line)
try{
if($s.done){}
elseif($line -eq $null){Quit ${failures.incomplete} ''}
elseif(-not $s.sha){OpenTarget $line}
elseif($line.StartsWith('=')){FinishAll $line}
else{TakeLine $line}}
catch{Quit ${failures.other} $_.Exception.Message}}`;
