/**
 * PowerShell that runs in the guest, for versions 2 to 7, also without a desktop (Server Core). Read by the reader of
 * `sdk/windows/powershell.ts`: the text defines, and its last expression is the block that takes lines.
 */

/** `$s` holds the state between lines. `Quit` leaves nothing behind. */
export const common = `
$ErrorActionPreference='Stop'
$s=@{}
function FromBase64($b){[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($b))}
function FullPath($p){
$p=[regex]::Replace($p,'(?i)\\$env:(\\w+)','%$1%')
$p=[Environment]::ExpandEnvironmentVariables($p.Trim("'"))
if($p -match '^~(?=[\\\\/]|$)'){$p=$env:USERPROFILE+$p.Substring(1)}
[IO.Path]::GetFullPath($p)}
function Quit($code,$why){
if($s.f){$s.f.Close()}
if($s.t){if([IO.Directory]::Exists($s.t)){[IO.Directory]::Delete($s.t,$true)}elseif([IO.File]::Exists($s.t)){[IO.File]::Delete($s.t)}}
[Console]::Error.WriteLine($why)
exit $code}
function NewSha{New-Object Security.Cryptography.SHA256CryptoServiceProvider}
function HexOf($sha){[void]$sha.TransformFinalBlock((New-Object byte[] 0),0,0);[BitConverter]::ToString($sha.Hash).Replace('-','').ToLower()}
`.trim();

/** Exit codes of the programs that the caller turns into words. */
export const failures = {
  /** A directory stands where a file should go. */
  directory: 91,
  missing: 92,
  /** Not all of it arrived, or not unchanged. */
  incomplete: 93,
  /** A file stands where a directory should go. */
  file: 94,
  /** Standard error says what. */
  other: 95,
} as const;

/**
 * What travels: lines of base64, each a gzip stream of records. A record is a kind (one byte), a length (four bytes, the
 * lowest first) and so many bytes. The last line is `=`, the SHA-256 of all file contents in hexadecimal, a blank, and the
 * number of files.
 */
export const record = {
  end: 0,
  /** Bytes: the path, in UTF-8, with `/`. */
  directory: 1,
  /** Bytes: the path. What follows as data is this file's. */
  file: 2,
  data: 3,
} as const;
