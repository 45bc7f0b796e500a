import { common, failures, record } from "./common.ts";

/** Bytes of content in one line. */
const PIECE = 256 * 1024;

/**
 * Sends a file, or what is below a directory. The first line holds the kind (`file` or `tree`) and the path. Files that
 * others have open are read as far as Windows allows it. Links to directories are not followed.
 */
export const sendFiles = `${common}
function NewPiece{$s.m=New-Object IO.MemoryStream;$s.g=New-Object IO.Compression.GZipStream $s.m,([IO.Compression.CompressionMode]::Compress);$s.w=New-Object IO.BinaryWriter $s.g;$s.size=0}
function EndPiece{
$s.w.Write([byte]${record.end});$s.w.Close()
[Console]::Out.WriteLine([Convert]::ToBase64String($s.m.ToArray()))
NewPiece}
function PutRecord($k,$b,$n){
$s.w.Write([byte]$k);$s.w.Write([int]$n);$s.w.Write($b,0,$n)
$s.size+=$n+5
if($s.size -ge ${PIECE}){EndPiece}}
function PutName($k,$name){$b=[Text.Encoding]::UTF8.GetBytes($name.Replace('\\','/'));PutRecord $k $b $b.Length}
function SendOne($path,$name){
$f=New-Object IO.FileStream $path,([IO.FileMode]::Open),([IO.FileAccess]::Read),([IO.FileShare]7)
try{
PutName ${record.file} $name
$b=New-Object byte[] ${PIECE}
while(($n=$f.Read($b,0,$b.Length)) -gt 0){PutRecord ${record.data} $b $n;[void]$s.sha.TransformBlock($b,0,$n,$b,0)}
$s.n++}
finally{$f.Close()}}
function SendTree($path,$name){
foreach($d in [IO.Directory]::GetDirectories($path)){
if(([IO.File]::GetAttributes($d) -band 1024) -ne 0){continue}
$n=$name+[IO.Path]::GetFileName($d)
PutName ${record.directory} $n
SendTree $d ($n+'/')}
foreach($f in [IO.Directory]::GetFiles($path)){SendOne $f ($name+[IO.Path]::GetFileName($f))}}
{param($line)
if($line -eq $null){return}
try{
$h=(FromBase64 $line).Split([char]10)
$p=FullPath $h[1]
$s.sha=NewSha;$s.n=0
NewPiece
if($h[0] -eq 'tree'){
if(-not [IO.Directory]::Exists($p)){Quit ${failures.missing} $p}
SendTree $p ''}
else{
if([IO.Directory]::Exists($p)){Quit ${failures.directory} $p}
if(-not [IO.File]::Exists($p)){Quit ${failures.missing} $p}
SendOne $p ([IO.Path]::GetFileName($p))}
EndPiece
[Console]::Out.WriteLine('='+(HexOf $s.sha)+' '+$s.n)}
catch{Quit ${failures.other} $_.Exception.Message}}`;
